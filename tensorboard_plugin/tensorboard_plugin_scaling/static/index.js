// Built from tensorboard_plugin/frontend; source-hash: aacd2931d5fbb0d348a4ae3b671ac42eb80ba76ca0ddf3b72019a3dda86fb6c3
var ke=class extends Error{};async function Wn(t){let{body:e}=await Zt("version",{},t);return e.version}async function Kn(t,e){return(await Zt("runs",Qn(t),e)).body}async function Zn(t,e){let n={form:t.form,x:t.x,level:String(t.level),...Qn(t)},{body:i,sentAt:r}=await Zt("fit",n,e),o=i.reason===null?Math.max(0,r-i.fitted_at):0;return{...i,ageSeconds:o}}function Qn({loss:t,paramConvention:e,runs:n}){return{loss:t,param_convention:e,runs:n}}async function Zt(t,e,n){let i=new URLSearchParams(e).toString(),r;try{r=await fetch(i?`./${t}?${i}`:`./${t}`,{signal:n})}catch(s){throw n.aborted?s:new ke("TensorBoard does not answer. Trying again every few seconds.")}let o=await r.json().catch(()=>({}));if(!r.ok){let s=o.error;throw new ke(typeof s=="string"?s:`TensorBoard answered ${r.status}.`)}let a=Date.parse(r.headers.get("Date")??"");return{body:o,sentAt:(Number.isNaN(a)?Date.now():a)/1e3}}var ie=11102230246251565e-32,j=134217729,yo=(3+8*ie)*ie;function Qt(t,e,n,i,r){let o,a,s,l,f=e[0],d=i[0],c=0,u=0;d>f==d>-f?(o=f,f=e[++c]):(o=d,d=i[++u]);let p=0;if(c<t&&u<n)for(d>f==d>-f?(a=f+o,s=o-(a-f),f=e[++c]):(a=d+o,s=o-(a-d),d=i[++u]),o=a,s!==0&&(r[p++]=s);c<t&&u<n;)d>f==d>-f?(a=o+f,l=a-o,s=o-(a-l)+(f-l),f=e[++c]):(a=o+d,l=a-o,s=o-(a-l)+(d-l),d=i[++u]),o=a,s!==0&&(r[p++]=s);for(;c<t;)a=o+f,l=a-o,s=o-(a-l)+(f-l),f=e[++c],o=a,s!==0&&(r[p++]=s);for(;u<n;)a=o+d,l=a-o,s=o-(a-l)+(d-l),d=i[++u],o=a,s!==0&&(r[p++]=s);return(o!==0||p===0)&&(r[p++]=o),p}function xo(t,e){let n=e[0];for(let i=1;i<t;i++)n+=e[i];return n}function g(t){return new Float64Array(t)}var _o=(3+16*ie)*ie,wo=(2+12*ie)*ie,vo=(9+64*ie)*ie*ie,Ae=g(4),Jn=g(8),ei=g(12),ti=g(16),U=g(4);function Mo(t,e,n,i,r,o,a){let s,l,f,d,c,u,p,b,m,y,x,v,M,S,N,R,O,L,_=t-r,k=n-r,A=e-o,w=i-o;S=_*w,u=j*_,p=u-(u-_),b=_-p,u=j*w,m=u-(u-w),y=w-m,N=b*y-(S-p*m-b*m-p*y),R=A*k,u=j*A,p=u-(u-A),b=A-p,u=j*k,m=u-(u-k),y=k-m,O=b*y-(R-p*m-b*m-p*y),x=N-O,c=N-x,Ae[0]=N-(x+c)+(c-O),v=S+x,c=v-S,M=S-(v-c)+(x-c),x=M-R,c=M-x,Ae[1]=M-(x+c)+(c-R),L=v+x,c=L-v,Ae[2]=v-(L-c)+(x-c),Ae[3]=L;let P=xo(4,Ae),C=wo*a;if(P>=C||-P>=C||(c=t-_,s=t-(_+c)+(c-r),c=n-k,f=n-(k+c)+(c-r),c=e-A,l=e-(A+c)+(c-o),c=i-w,d=i-(w+c)+(c-o),s===0&&l===0&&f===0&&d===0)||(C=vo*a+yo*Math.abs(P),P+=_*d+w*s-(A*f+k*l),P>=C||-P>=C))return P;S=s*w,u=j*s,p=u-(u-s),b=s-p,u=j*w,m=u-(u-w),y=w-m,N=b*y-(S-p*m-b*m-p*y),R=l*k,u=j*l,p=u-(u-l),b=l-p,u=j*k,m=u-(u-k),y=k-m,O=b*y-(R-p*m-b*m-p*y),x=N-O,c=N-x,U[0]=N-(x+c)+(c-O),v=S+x,c=v-S,M=S-(v-c)+(x-c),x=M-R,c=M-x,U[1]=M-(x+c)+(c-R),L=v+x,c=L-v,U[2]=v-(L-c)+(x-c),U[3]=L;let G=Qt(4,Ae,4,U,Jn);S=_*d,u=j*_,p=u-(u-_),b=_-p,u=j*d,m=u-(u-d),y=d-m,N=b*y-(S-p*m-b*m-p*y),R=A*f,u=j*A,p=u-(u-A),b=A-p,u=j*f,m=u-(u-f),y=f-m,O=b*y-(R-p*m-b*m-p*y),x=N-O,c=N-x,U[0]=N-(x+c)+(c-O),v=S+x,c=v-S,M=S-(v-c)+(x-c),x=M-R,c=M-x,U[1]=M-(x+c)+(c-R),L=v+x,c=L-v,U[2]=v-(L-c)+(x-c),U[3]=L;let $=Qt(G,Jn,4,U,ei);S=s*d,u=j*s,p=u-(u-s),b=s-p,u=j*d,m=u-(u-d),y=d-m,N=b*y-(S-p*m-b*m-p*y),R=l*f,u=j*l,p=u-(u-l),b=l-p,u=j*f,m=u-(u-f),y=f-m,O=b*y-(R-p*m-b*m-p*y),x=N-O,c=N-x,U[0]=N-(x+c)+(c-O),v=S+x,c=v-S,M=S-(v-c)+(x-c),x=M-R,c=M-x,U[1]=M-(x+c)+(c-R),L=v+x,c=L-v,U[2]=v-(L-c)+(x-c),U[3]=L;let I=Qt($,ei,4,U,ti);return ti[I-1]}function nt(t,e,n,i,r,o){let a=(e-o)*(n-r),s=(t-r)*(i-o),l=a-s,f=Math.abs(a+s);return Math.abs(l)>=_o*f?l:-Mo(t,e,n,i,r,o,f)}g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(8);g(8);g(8);g(4);g(8);g(8);g(16);g(12);g(192);g(192);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(8);g(8);g(8);g(8);g(8);g(8);g(8);g(8);g(8);g(4);g(4);g(4);g(8);g(16);g(16);g(16);g(32);g(32);g(48);g(64);g(1152);g(1152);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(24);g(24);g(24);g(24);g(24);g(24);g(24);g(24);g(24);g(24);g(1152);g(1152);g(1152);g(1152);g(1152);g(2304);g(2304);g(3456);g(5760);g(8);g(8);g(8);g(16);g(24);g(48);g(48);g(96);g(192);g(384);g(384);g(384);g(768);g(96);g(96);g(96);g(1152);var ni=Math.pow(2,-52),it=new Uint32Array(512),rt=class t{static from(e,n=Eo,i=Ro){let r=e.length,o=new Float64Array(r*2);for(let a=0;a<r;a++){let s=e[a];o[2*a]=n(s),o[2*a+1]=i(s)}return new t(o)}constructor(e){let n=e.length>>1;if(n>0&&typeof e[0]!="number")throw new Error("Expected coords to contain numbers.");this.coords=e;let i=Math.max(2*n-5,0);this._triangles=new Uint32Array(i*3),this._halfedges=new Int32Array(i*3),this._hashSize=Math.ceil(Math.sqrt(n)),this._hullPrev=new Uint32Array(n),this._hullNext=new Uint32Array(n),this._hullTri=new Uint32Array(n),this._hullHash=new Int32Array(this._hashSize),this._ids=new Uint32Array(n),this._dists=new Float64Array(n),this.trianglesLen=0,this._cx=0,this._cy=0,this._hullStart=0,this.hull=this._triangles,this.triangles=this._triangles,this.halfedges=this._halfedges,this.update()}update(){let{coords:e,_hullPrev:n,_hullNext:i,_hullTri:r,_hullHash:o}=this,a=e.length>>1,s=1/0,l=1/0,f=-1/0,d=-1/0;for(let _=0;_<a;_++){let k=e[2*_],A=e[2*_+1];k<s&&(s=k),A<l&&(l=A),k>f&&(f=k),A>d&&(d=A),this._ids[_]=_}let c=(s+f)/2,u=(l+d)/2,p=0,b=0,m=0;for(let _=0,k=1/0;_<a;_++){let A=Jt(c,u,e[2*_],e[2*_+1]);A<k&&(p=_,k=A)}let y=e[2*p],x=e[2*p+1];for(let _=0,k=1/0;_<a;_++){if(_===p)continue;let A=Jt(y,x,e[2*_],e[2*_+1]);A<k&&A>0&&(b=_,k=A)}let v=e[2*b],M=e[2*b+1],S=1/0;for(let _=0;_<a;_++){if(_===p||_===b)continue;let k=ko(y,x,v,M,e[2*_],e[2*_+1]);k<S&&(m=_,S=k)}let N=e[2*m],R=e[2*m+1];if(S===1/0){for(let A=0;A<a;A++)this._dists[A]=e[2*A]-e[0]||e[2*A+1]-e[1];Re(this._ids,this._dists,0,a-1);let _=new Uint32Array(a),k=0;for(let A=0,w=-1/0;A<a;A++){let P=this._ids[A],C=this._dists[P];C>w&&(_[k++]=P,w=C)}this.hull=_.subarray(0,k),this.triangles=new Uint32Array(0),this.halfedges=new Int32Array(0);return}if(nt(y,x,v,M,N,R)<0){let _=b,k=v,A=M;b=m,v=N,M=R,m=_,N=k,R=A}let O=Ao(y,x,v,M,N,R);this._cx=O.x,this._cy=O.y;for(let _=0;_<a;_++)this._dists[_]=Jt(e[2*_],e[2*_+1],O.x,O.y);Re(this._ids,this._dists,0,a-1),this._hullStart=p;let L=3;i[p]=n[m]=b,i[b]=n[p]=m,i[m]=n[b]=p,r[p]=0,r[b]=1,r[m]=2,o.fill(-1),o[this._hashKey(y,x)]=p,o[this._hashKey(v,M)]=b,o[this._hashKey(N,R)]=m,this.trianglesLen=0,this._addTriangle(p,b,m,-1,-1,-1);for(let _=0,k=0,A=0;_<this._ids.length;_++){let w=this._ids[_],P=e[2*w],C=e[2*w+1];if(_>0&&Math.abs(P-k)<=ni&&Math.abs(C-A)<=ni||(k=P,A=C,w===p||w===b||w===m))continue;let G=0;for(let X=0,go=this._hashKey(P,C);X<this._hashSize&&(G=o[(go+X)%this._hashSize],!(G!==-1&&G!==i[G]));X++);G=n[G];let $=G,I;for(;I=i[$],nt(P,C,e[2*$],e[2*$+1],e[2*I],e[2*I+1])>=0;)if($=I,$===G){$=-1;break}if($===-1)continue;let B=this._addTriangle($,w,i[$],-1,-1,r[$]);r[w]=this._legalize(B+2),r[$]=B,L++;let z=i[$];for(;I=i[z],nt(P,C,e[2*z],e[2*z+1],e[2*I],e[2*I+1])<0;)B=this._addTriangle(z,w,I,r[w],-1,r[z]),r[w]=this._legalize(B+2),i[z]=z,L--,z=I;if($===G)for(;I=n[$],nt(P,C,e[2*I],e[2*I+1],e[2*$],e[2*$+1])<0;)B=this._addTriangle(I,w,$,-1,r[$],r[I]),this._legalize(B+2),r[I]=B,i[$]=$,L--,$=I;this._hullStart=n[w]=$,i[$]=n[z]=w,i[w]=z,o[this._hashKey(P,C)]=w,o[this._hashKey(e[2*$],e[2*$+1])]=$}this.hull=new Uint32Array(L);for(let _=0,k=this._hullStart;_<L;_++)this.hull[_]=k,k=i[k];this.triangles=this._triangles.subarray(0,this.trianglesLen),this.halfedges=this._halfedges.subarray(0,this.trianglesLen)}_hashKey(e,n){return Math.floor(To(e-this._cx,n-this._cy)*this._hashSize)%this._hashSize}_legalize(e){let{_triangles:n,_halfedges:i,coords:r}=this,o=0,a=0;for(;;){let s=i[e],l=e-e%3;if(a=l+(e+2)%3,s===-1){if(o===0)break;e=it[--o];continue}let f=s-s%3,d=l+(e+1)%3,c=f+(s+2)%3,u=n[a],p=n[e],b=n[d],m=n[c];if(So(r[2*u],r[2*u+1],r[2*p],r[2*p+1],r[2*b],r[2*b+1],r[2*m],r[2*m+1])){n[e]=m,n[s]=u;let x=i[c];if(x===-1){let M=this._hullStart;do{if(this._hullTri[M]===c){this._hullTri[M]=e;break}M=this._hullPrev[M]}while(M!==this._hullStart)}this._link(e,x),this._link(s,i[a]),this._link(a,c);let v=f+(s+1)%3;o<it.length&&(it[o++]=v)}else{if(o===0)break;e=it[--o]}}return a}_link(e,n){this._halfedges[e]=n,n!==-1&&(this._halfedges[n]=e)}_addTriangle(e,n,i,r,o,a){let s=this.trianglesLen;return this._triangles[s]=e,this._triangles[s+1]=n,this._triangles[s+2]=i,this._link(s,r),this._link(s+1,o),this._link(s+2,a),this.trianglesLen+=3,s}};function To(t,e){let n=t/(Math.abs(t)+Math.abs(e));return(e>0?3-n:1+n)/4}function Jt(t,e,n,i){let r=t-n,o=e-i;return r*r+o*o}function So(t,e,n,i,r,o,a,s){let l=t-a,f=e-s,d=n-a,c=i-s,u=r-a,p=o-s,b=l*l+f*f,m=d*d+c*c,y=u*u+p*p;return l*(c*y-m*p)-f*(d*y-m*u)+b*(d*p-c*u)<0}function ko(t,e,n,i,r,o){let a=n-t,s=i-e,l=r-t,f=o-e,d=a*a+s*s,c=l*l+f*f,u=.5/(a*f-s*l),p=(f*d-s*c)*u,b=(a*c-l*d)*u;return p*p+b*b}function Ao(t,e,n,i,r,o){let a=n-t,s=i-e,l=r-t,f=o-e,d=a*a+s*s,c=l*l+f*f,u=.5/(a*f-s*l),p=t+(f*d-s*c)*u,b=e+(a*c-l*d)*u;return{x:p,y:b}}function Re(t,e,n,i){if(i-n<=20)for(let r=n+1;r<=i;r++){let o=t[r],a=e[o],s=r-1;for(;s>=n&&e[t[s]]>a;)t[s+1]=t[s--];t[s+1]=o}else{let r=n+i>>1,o=n+1,a=i;Ye(t,r,o),e[t[n]]>e[t[i]]&&Ye(t,n,i),e[t[o]]>e[t[i]]&&Ye(t,o,i),e[t[n]]>e[t[o]]&&Ye(t,n,o);let s=t[o],l=e[s];for(;;){do o++;while(e[t[o]]<l);do a--;while(e[t[a]]>l);if(a<o)break;Ye(t,o,a)}t[n+1]=t[a],t[a]=s,i-o+1>=a-n?(Re(t,e,o,i),Re(t,e,n,a-1)):(Re(t,e,n,a-1),Re(t,e,o,i))}}function Ye(t,e,n){let i=t[e];t[e]=t[n],t[n]=i}function Eo(t){return t[0]}function Ro(t){return t[1]}var ii=1e-6,ne=class{constructor(){this._x0=this._y0=this._x1=this._y1=null,this._=""}moveTo(e,n){this._+=`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}`}closePath(){this._x1!==null&&(this._x1=this._x0,this._y1=this._y0,this._+="Z")}lineTo(e,n){this._+=`L${this._x1=+e},${this._y1=+n}`}arc(e,n,i){e=+e,n=+n,i=+i;let r=e+i,o=n;if(i<0)throw new Error("negative radius");this._x1===null?this._+=`M${r},${o}`:(Math.abs(this._x1-r)>ii||Math.abs(this._y1-o)>ii)&&(this._+="L"+r+","+o),i&&(this._+=`A${i},${i},0,1,1,${e-i},${n}A${i},${i},0,1,1,${this._x1=r},${this._y1=o}`)}rect(e,n,i,r){this._+=`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}h${+i}v${+r}h${-i}Z`}value(){return this._||null}},qe=class{constructor(){this._=[]}moveTo(e,n){this._.push([e,n])}closePath(){this._.push(this._[0].slice())}lineTo(e,n){this._.push([e,n])}value(){return this._.length?this._:null}},en=class{constructor(e,[n,i,r,o]=[0,0,960,500]){if(!((r=+r)>=(n=+n))||!((o=+o)>=(i=+i)))throw new Error("invalid bounds");this.delaunay=e,this._circumcenters=new Float64Array(e.points.length*2),this.vectors=new Float64Array(e.points.length*2),this.xmax=r,this.xmin=n,this.ymax=o,this.ymin=i,this._init()}update(){return this.delaunay.update(),this._init(),this}_init(){let{delaunay:{points:e,hull:n,triangles:i},vectors:r}=this,o,a,s=this.circumcenters=this._circumcenters.subarray(0,i.length/3*2);for(let m=0,y=0,x=i.length,v,M;m<x;m+=3,y+=2){let S=i[m]*2,N=i[m+1]*2,R=i[m+2]*2,O=e[S],L=e[S+1],_=e[N],k=e[N+1],A=e[R],w=e[R+1],P=_-O,C=k-L,G=A-O,$=w-L,I=(P*$-C*G)*2;if(Math.abs(I)<1e-9){if(o===void 0){o=a=0;for(let z of n)o+=e[z*2],a+=e[z*2+1];o/=n.length,a/=n.length}let B=1e9*Math.sign((o-O)*$-(a-L)*G);v=(O+A)/2-B*$,M=(L+w)/2+B*G}else{let B=1/I,z=P*P+C*C,X=G*G+$*$;v=O+($*z-C*X)*B,M=L+(P*X-G*z)*B}s[y]=v,s[y+1]=M}let l=n[n.length-1],f,d=l*4,c,u=e[2*l],p,b=e[2*l+1];r.fill(0);for(let m=0;m<n.length;++m)l=n[m],f=d,c=u,p=b,d=l*4,u=e[2*l],b=e[2*l+1],r[f+2]=r[d]=p-b,r[f+3]=r[d+1]=u-c}render(e){let n=e==null?e=new ne:void 0,{delaunay:{halfedges:i,inedges:r,hull:o},circumcenters:a,vectors:s}=this;if(o.length<=1)return null;for(let d=0,c=i.length;d<c;++d){let u=i[d];if(u<d)continue;let p=Math.floor(d/3)*2,b=Math.floor(u/3)*2,m=a[p],y=a[p+1],x=a[b],v=a[b+1];this._renderSegment(m,y,x,v,e)}let l,f=o[o.length-1];for(let d=0;d<o.length;++d){l=f,f=o[d];let c=Math.floor(r[f]/3)*2,u=a[c],p=a[c+1],b=l*4,m=this._project(u,p,s[b+2],s[b+3]);m&&this._renderSegment(u,p,m[0],m[1],e)}return n&&n.value()}renderBounds(e){let n=e==null?e=new ne:void 0;return e.rect(this.xmin,this.ymin,this.xmax-this.xmin,this.ymax-this.ymin),n&&n.value()}renderCell(e,n){let i=n==null?n=new ne:void 0,r=this._clip(e);if(r===null||!r.length)return;n.moveTo(r[0],r[1]);let o=r.length;for(;r[0]===r[o-2]&&r[1]===r[o-1]&&o>1;)o-=2;for(let a=2;a<o;a+=2)(r[a]!==r[a-2]||r[a+1]!==r[a-1])&&n.lineTo(r[a],r[a+1]);return n.closePath(),i&&i.value()}*cellPolygons(){let{delaunay:{points:e}}=this;for(let n=0,i=e.length/2;n<i;++n){let r=this.cellPolygon(n);r&&(r.index=n,yield r)}}cellPolygon(e){let n=new qe;return this.renderCell(e,n),n.value()}_renderSegment(e,n,i,r,o){let a,s=this._regioncode(e,n),l=this._regioncode(i,r);s===0&&l===0?(o.moveTo(e,n),o.lineTo(i,r)):(a=this._clipSegment(e,n,i,r,s,l))&&(o.moveTo(a[0],a[1]),o.lineTo(a[2],a[3]))}contains(e,n,i){return n=+n,n!==n||(i=+i,i!==i)?!1:this.delaunay._step(e,n,i)===e}*neighbors(e){let n=this._clip(e);if(n)for(let i of this.delaunay.neighbors(e)){let r=this._clip(i);if(r){e:for(let o=0,a=n.length;o<a;o+=2)for(let s=0,l=r.length;s<l;s+=2)if(n[o]===r[s]&&n[o+1]===r[s+1]&&n[(o+2)%a]===r[(s+l-2)%l]&&n[(o+3)%a]===r[(s+l-1)%l]){yield i;break e}}}}_cell(e){let{circumcenters:n,delaunay:{inedges:i,halfedges:r,triangles:o}}=this,a=i[e];if(a===-1)return null;let s=[],l=a;do{let f=Math.floor(l/3);if(s.push(n[f*2],n[f*2+1]),l=l%3===2?l-2:l+1,o[l]!==e)break;l=r[l]}while(l!==a&&l!==-1);return s}_clip(e){if(e===0&&this.delaunay.hull.length===1)return[this.xmax,this.ymin,this.xmax,this.ymax,this.xmin,this.ymax,this.xmin,this.ymin];let n=this._cell(e);if(n===null)return null;let{vectors:i}=this,r=e*4;return this._simplify(i[r]||i[r+1]?this._clipInfinite(e,n,i[r],i[r+1],i[r+2],i[r+3]):this._clipFinite(e,n))}_clipFinite(e,n){let i=n.length,r=null,o,a,s=n[i-2],l=n[i-1],f,d=this._regioncode(s,l),c,u=0;for(let p=0;p<i;p+=2)if(o=s,a=l,s=n[p],l=n[p+1],f=d,d=this._regioncode(s,l),f===0&&d===0)c=u,u=0,r?r.push(s,l):r=[s,l];else{let b,m,y,x,v;if(f===0){if((b=this._clipSegment(o,a,s,l,f,d))===null)continue;[m,y,x,v]=b}else{if((b=this._clipSegment(s,l,o,a,d,f))===null)continue;[x,v,m,y]=b,c=u,u=this._edgecode(m,y),c&&u&&this._edge(e,c,u,r,r.length),r?r.push(m,y):r=[m,y]}c=u,u=this._edgecode(x,v),c&&u&&this._edge(e,c,u,r,r.length),r?r.push(x,v):r=[x,v]}if(r)c=u,u=this._edgecode(r[0],r[1]),c&&u&&this._edge(e,c,u,r,r.length);else if(this.contains(e,(this.xmin+this.xmax)/2,(this.ymin+this.ymax)/2))return[this.xmax,this.ymin,this.xmax,this.ymax,this.xmin,this.ymax,this.xmin,this.ymin];return r}_clipSegment(e,n,i,r,o,a){let s=o<a;for(s&&([e,n,i,r,o,a]=[i,r,e,n,a,o]);;){if(o===0&&a===0)return s?[i,r,e,n]:[e,n,i,r];if(o&a)return null;let l,f,d=o||a;d&8?(l=e+(i-e)*(this.ymax-n)/(r-n),f=this.ymax):d&4?(l=e+(i-e)*(this.ymin-n)/(r-n),f=this.ymin):d&2?(f=n+(r-n)*(this.xmax-e)/(i-e),l=this.xmax):(f=n+(r-n)*(this.xmin-e)/(i-e),l=this.xmin),o?(e=l,n=f,o=this._regioncode(e,n)):(i=l,r=f,a=this._regioncode(i,r))}}_clipInfinite(e,n,i,r,o,a){let s=Array.from(n),l;if((l=this._project(s[0],s[1],i,r))&&s.unshift(l[0],l[1]),(l=this._project(s[s.length-2],s[s.length-1],o,a))&&s.push(l[0],l[1]),s=this._clipFinite(e,s))for(let f=0,d=s.length,c,u=this._edgecode(s[d-2],s[d-1]);f<d;f+=2)c=u,u=this._edgecode(s[f],s[f+1]),c&&u&&(f=this._edge(e,c,u,s,f),d=s.length);else this.contains(e,(this.xmin+this.xmax)/2,(this.ymin+this.ymax)/2)&&(s=[this.xmin,this.ymin,this.xmax,this.ymin,this.xmax,this.ymax,this.xmin,this.ymax]);return s}_edge(e,n,i,r,o){for(;n!==i;){let a,s;switch(n){case 5:n=4;continue;case 4:n=6,a=this.xmax,s=this.ymin;break;case 6:n=2;continue;case 2:n=10,a=this.xmax,s=this.ymax;break;case 10:n=8;continue;case 8:n=9,a=this.xmin,s=this.ymax;break;case 9:n=1;continue;case 1:n=5,a=this.xmin,s=this.ymin;break}(r[o]!==a||r[o+1]!==s)&&this.contains(e,a,s)&&(r.splice(o,0,a,s),o+=2)}return o}_project(e,n,i,r){let o=1/0,a,s,l;if(r<0){if(n<=this.ymin)return null;(a=(this.ymin-n)/r)<o&&(l=this.ymin,s=e+(o=a)*i)}else if(r>0){if(n>=this.ymax)return null;(a=(this.ymax-n)/r)<o&&(l=this.ymax,s=e+(o=a)*i)}if(i>0){if(e>=this.xmax)return null;(a=(this.xmax-e)/i)<o&&(s=this.xmax,l=n+(o=a)*r)}else if(i<0){if(e<=this.xmin)return null;(a=(this.xmin-e)/i)<o&&(s=this.xmin,l=n+(o=a)*r)}return[s,l]}_edgecode(e,n){return(e===this.xmin?1:e===this.xmax?2:0)|(n===this.ymin?4:n===this.ymax?8:0)}_regioncode(e,n){return(e<this.xmin?1:e>this.xmax?2:0)|(n<this.ymin?4:n>this.ymax?8:0)}_simplify(e){if(e&&e.length>4){for(let n=0;n<e.length;n+=2){let i=(n+2)%e.length,r=(n+4)%e.length;(e[n]===e[i]&&e[i]===e[r]||e[n+1]===e[i+1]&&e[i+1]===e[r+1])&&(e.splice(i,2),n-=2)}e.length||(e=null)}return e}},$o=2*Math.PI,Ee=Math.pow;function No(t){return t[0]}function Co(t){return t[1]}function Lo(t){let{triangles:e,coords:n}=t;for(let i=0;i<e.length;i+=3){let r=2*e[i],o=2*e[i+1],a=2*e[i+2];if((n[a]-n[r])*(n[o+1]-n[r+1])-(n[o]-n[r])*(n[a+1]-n[r+1])>1e-10)return!1}return!0}function Po(t,e,n){return[t+Math.sin(t+e)*n,e+Math.cos(t-e)*n]}var ot=class t{static from(e,n=No,i=Co,r){return new t("length"in e?Oo(e,n,i,r):Float64Array.from(Ho(e,n,i,r)))}constructor(e){this._delaunator=new rt(e),this.inedges=new Int32Array(e.length/2),this._hullIndex=new Int32Array(e.length/2),this.points=this._delaunator.coords,this._init()}update(){return this._delaunator.update(),this._init(),this}_init(){let e=this._delaunator,n=this.points;if(e.hull&&e.hull.length>2&&Lo(e)){this.collinear=Int32Array.from({length:n.length/2},(u,p)=>p).sort((u,p)=>n[2*u]-n[2*p]||n[2*u+1]-n[2*p+1]);let l=this.collinear[0],f=this.collinear[this.collinear.length-1],d=[n[2*l],n[2*l+1],n[2*f],n[2*f+1]],c=1e-8*Math.hypot(d[3]-d[1],d[2]-d[0]);for(let u=0,p=n.length/2;u<p;++u){let b=Po(n[2*u],n[2*u+1],c);n[2*u]=b[0],n[2*u+1]=b[1]}this._delaunator=new rt(n)}else delete this.collinear;let i=this.halfedges=this._delaunator.halfedges,r=this.hull=this._delaunator.hull,o=this.triangles=this._delaunator.triangles,a=this.inedges.fill(-1),s=this._hullIndex.fill(-1);for(let l=0,f=i.length;l<f;++l){let d=o[l%3===2?l-2:l+1];(i[l]===-1||a[d]===-1)&&(a[d]=l)}for(let l=0,f=r.length;l<f;++l)s[r[l]]=l;r.length<=2&&r.length>0&&(this.triangles=new Int32Array(3).fill(-1),this.halfedges=new Int32Array(3).fill(-1),this.triangles[0]=r[0],a[r[0]]=1,r.length===2&&(a[r[1]]=0,this.triangles[1]=r[1],this.triangles[2]=r[1]))}voronoi(e){return new en(this,e)}*neighbors(e){let{inedges:n,hull:i,_hullIndex:r,halfedges:o,triangles:a,collinear:s}=this;if(s){let c=s.indexOf(e);c>0&&(yield s[c-1]),c<s.length-1&&(yield s[c+1]);return}let l=n[e];if(l===-1)return;let f=l,d=-1;do{if(yield d=a[f],f=f%3===2?f-2:f+1,a[f]!==e)return;if(f=o[f],f===-1){let c=i[(r[e]+1)%i.length];c!==d&&(yield c);return}}while(f!==l)}find(e,n,i=0){if(e=+e,e!==e||(n=+n,n!==n))return-1;let r=i,o;for(;(o=this._step(i,e,n))>=0&&o!==i&&o!==r;)i=o;return o}_step(e,n,i){let{inedges:r,hull:o,_hullIndex:a,halfedges:s,triangles:l,points:f}=this;if(f.length<2)return-1;if(r[e]===-1)return(e+1)%(f.length>>1);let d=e,c=Ee(n-f[e*2],2)+Ee(i-f[e*2+1],2),u=r[e],p=u;do{let b=l[p],m=Ee(n-f[b*2],2)+Ee(i-f[b*2+1],2);if(m<c&&(c=m,d=b),p=p%3===2?p-2:p+1,l[p]!==e)break;if(p=s[p],p===-1){if(p=o[(a[e]+1)%o.length],p!==b&&Ee(n-f[p*2],2)+Ee(i-f[p*2+1],2)<c)return p;break}}while(p!==u);return d}render(e){let n=e==null?e=new ne:void 0,{points:i,halfedges:r,triangles:o}=this;for(let a=0,s=r.length;a<s;++a){let l=r[a];if(l<a)continue;let f=o[a]*2,d=o[l]*2;e.moveTo(i[f],i[f+1]),e.lineTo(i[d],i[d+1])}return this.renderHull(e),n&&n.value()}renderPoints(e,n){n===void 0&&(!e||typeof e.moveTo!="function")&&(n=e,e=null),n=n==null?2:+n;let i=e==null?e=new ne:void 0,{points:r}=this;for(let o=0,a=r.length&-2;o<a;o+=2){let s=r[o],l=r[o+1];e.moveTo(s+n,l),e.arc(s,l,n,0,$o)}return i&&i.value()}renderHull(e){let n=e==null?e=new ne:void 0,{hull:i,points:r}=this,o=i[0]*2,a=i.length;e.moveTo(r[o],r[o+1]);for(let s=1;s<a;++s){let l=2*i[s];e.lineTo(r[l],r[l+1])}return e.closePath(),n&&n.value()}hullPolygon(){let e=new qe;return this.renderHull(e),e.value()}renderTriangle(e,n){let i=n==null?n=new ne:void 0,{points:r,triangles:o}=this,a=o[e*=3]*2,s=o[e+1]*2,l=o[e+2]*2;return n.moveTo(r[a],r[a+1]),n.lineTo(r[s],r[s+1]),n.lineTo(r[l],r[l+1]),n.closePath(),i&&i.value()}*trianglePolygons(){let{triangles:e}=this;for(let n=0,i=e.length/3;n<i;++n)yield this.trianglePolygon(n)}trianglePolygon(e){let n=new qe;return this.renderTriangle(e,n),n.value()}};function Oo(t,e,n,i){let r=t.length,o=new Float64Array(r*2);for(let a=0;a<r;++a){let s=t[a];o[a*2]=e.call(i,s,a,t),o[a*2+1]=n.call(i,s,a,t)}return o}function*Ho(t,e,n,i){let r=0;for(let o of t)yield e.call(i,o,r,t),yield n.call(i,o,r,t),++r}function Le(t,e,n){t.prototype=e.prototype=n,n.constructor=t}function Ue(t,e){var n=Object.create(t.prototype);for(var i in e)n[i]=e[i];return n}function se(){}var be=.7,Ce=1/be,$e="\\s*([+-]?\\d+)\\s*",Xe="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*",ee="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*",Io=/^#([0-9a-f]{3,8})$/,Go=new RegExp(`^rgb\\(${$e},${$e},${$e}\\)$`),zo=new RegExp(`^rgb\\(${ee},${ee},${ee}\\)$`),Fo=new RegExp(`^rgba\\(${$e},${$e},${$e},${Xe}\\)$`),Bo=new RegExp(`^rgba\\(${ee},${ee},${ee},${Xe}\\)$`),Vo=new RegExp(`^hsl\\(${Xe},${ee},${ee}\\)$`),Do=new RegExp(`^hsla\\(${Xe},${ee},${ee},${Xe}\\)$`),ri={aliceblue:15792383,antiquewhite:16444375,aqua:65535,aquamarine:8388564,azure:15794175,beige:16119260,bisque:16770244,black:0,blanchedalmond:16772045,blue:255,blueviolet:9055202,brown:10824234,burlywood:14596231,cadetblue:6266528,chartreuse:8388352,chocolate:13789470,coral:16744272,cornflowerblue:6591981,cornsilk:16775388,crimson:14423100,cyan:65535,darkblue:139,darkcyan:35723,darkgoldenrod:12092939,darkgray:11119017,darkgreen:25600,darkgrey:11119017,darkkhaki:12433259,darkmagenta:9109643,darkolivegreen:5597999,darkorange:16747520,darkorchid:10040012,darkred:9109504,darksalmon:15308410,darkseagreen:9419919,darkslateblue:4734347,darkslategray:3100495,darkslategrey:3100495,darkturquoise:52945,darkviolet:9699539,deeppink:16716947,deepskyblue:49151,dimgray:6908265,dimgrey:6908265,dodgerblue:2003199,firebrick:11674146,floralwhite:16775920,forestgreen:2263842,fuchsia:16711935,gainsboro:14474460,ghostwhite:16316671,gold:16766720,goldenrod:14329120,gray:8421504,green:32768,greenyellow:11403055,grey:8421504,honeydew:15794160,hotpink:16738740,indianred:13458524,indigo:4915330,ivory:16777200,khaki:15787660,lavender:15132410,lavenderblush:16773365,lawngreen:8190976,lemonchiffon:16775885,lightblue:11393254,lightcoral:15761536,lightcyan:14745599,lightgoldenrodyellow:16448210,lightgray:13882323,lightgreen:9498256,lightgrey:13882323,lightpink:16758465,lightsalmon:16752762,lightseagreen:2142890,lightskyblue:8900346,lightslategray:7833753,lightslategrey:7833753,lightsteelblue:11584734,lightyellow:16777184,lime:65280,limegreen:3329330,linen:16445670,magenta:16711935,maroon:8388608,mediumaquamarine:6737322,mediumblue:205,mediumorchid:12211667,mediumpurple:9662683,mediumseagreen:3978097,mediumslateblue:8087790,mediumspringgreen:64154,mediumturquoise:4772300,mediumvioletred:13047173,midnightblue:1644912,mintcream:16121850,mistyrose:16770273,moccasin:16770229,navajowhite:16768685,navy:128,oldlace:16643558,olive:8421376,olivedrab:7048739,orange:16753920,orangered:16729344,orchid:14315734,palegoldenrod:15657130,palegreen:10025880,paleturquoise:11529966,palevioletred:14381203,papayawhip:16773077,peachpuff:16767673,peru:13468991,pink:16761035,plum:14524637,powderblue:11591910,purple:8388736,rebeccapurple:6697881,red:16711680,rosybrown:12357519,royalblue:4286945,saddlebrown:9127187,salmon:16416882,sandybrown:16032864,seagreen:3050327,seashell:16774638,sienna:10506797,silver:12632256,skyblue:8900331,slateblue:6970061,slategray:7372944,slategrey:7372944,snow:16775930,springgreen:65407,steelblue:4620980,tan:13808780,teal:32896,thistle:14204888,tomato:16737095,turquoise:4251856,violet:15631086,wheat:16113331,white:16777215,whitesmoke:16119285,yellow:16776960,yellowgreen:10145074};Le(se,ct,{copy(t){return Object.assign(new this.constructor,this,t)},displayable(){return this.rgb().displayable()},hex:oi,formatHex:oi,formatHex8:Yo,formatHsl:qo,formatRgb:ai,toString:ai});function oi(){return this.rgb().formatHex()}function Yo(){return this.rgb().formatHex8()}function qo(){return mi(this).formatHsl()}function ai(){return this.rgb().formatRgb()}function ct(t){var e,n;return t=(t+"").trim().toLowerCase(),(e=Io.exec(t))?(n=e[1].length,e=parseInt(e[1],16),n===6?si(e):n===3?new V(e>>8&15|e>>4&240,e>>4&15|e&240,(e&15)<<4|e&15,1):n===8?at(e>>24&255,e>>16&255,e>>8&255,(e&255)/255):n===4?at(e>>12&15|e>>8&240,e>>8&15|e>>4&240,e>>4&15|e&240,((e&15)<<4|e&15)/255):null):(e=Go.exec(t))?new V(e[1],e[2],e[3],1):(e=zo.exec(t))?new V(e[1]*255/100,e[2]*255/100,e[3]*255/100,1):(e=Fo.exec(t))?at(e[1],e[2],e[3],e[4]):(e=Bo.exec(t))?at(e[1]*255/100,e[2]*255/100,e[3]*255/100,e[4]):(e=Vo.exec(t))?ci(e[1],e[2]/100,e[3]/100,1):(e=Do.exec(t))?ci(e[1],e[2]/100,e[3]/100,e[4]):ri.hasOwnProperty(t)?si(ri[t]):t==="transparent"?new V(NaN,NaN,NaN,0):null}function si(t){return new V(t>>16&255,t>>8&255,t&255,1)}function at(t,e,n,i){return i<=0&&(t=e=n=NaN),new V(t,e,n,i)}function sn(t){return t instanceof se||(t=ct(t)),t?(t=t.rgb(),new V(t.r,t.g,t.b,t.opacity)):new V}function ge(t,e,n,i){return arguments.length===1?sn(t):new V(t,e,n,i??1)}function V(t,e,n,i){this.r=+t,this.g=+e,this.b=+n,this.opacity=+i}Le(V,ge,Ue(se,{brighter(t){return t=t==null?Ce:Math.pow(Ce,t),new V(this.r*t,this.g*t,this.b*t,this.opacity)},darker(t){return t=t==null?be:Math.pow(be,t),new V(this.r*t,this.g*t,this.b*t,this.opacity)},rgb(){return this},clamp(){return new V(pe(this.r),pe(this.g),pe(this.b),lt(this.opacity))},displayable(){return-.5<=this.r&&this.r<255.5&&-.5<=this.g&&this.g<255.5&&-.5<=this.b&&this.b<255.5&&0<=this.opacity&&this.opacity<=1},hex:li,formatHex:li,formatHex8:Xo,formatRgb:fi,toString:fi}));function li(){return`#${he(this.r)}${he(this.g)}${he(this.b)}`}function Xo(){return`#${he(this.r)}${he(this.g)}${he(this.b)}${he((isNaN(this.opacity)?1:this.opacity)*255)}`}function fi(){let t=lt(this.opacity);return`${t===1?"rgb(":"rgba("}${pe(this.r)}, ${pe(this.g)}, ${pe(this.b)}${t===1?")":`, ${t})`}`}function lt(t){return isNaN(t)?1:Math.max(0,Math.min(1,t))}function pe(t){return Math.max(0,Math.min(255,Math.round(t)||0))}function he(t){return t=pe(t),(t<16?"0":"")+t.toString(16)}function ci(t,e,n,i){return i<=0?t=e=n=NaN:n<=0||n>=1?t=e=NaN:e<=0&&(t=NaN),new J(t,e,n,i)}function mi(t){if(t instanceof J)return new J(t.h,t.s,t.l,t.opacity);if(t instanceof se||(t=ct(t)),!t)return new J;if(t instanceof J)return t;t=t.rgb();var e=t.r/255,n=t.g/255,i=t.b/255,r=Math.min(e,n,i),o=Math.max(e,n,i),a=NaN,s=o-r,l=(o+r)/2;return s?(e===o?a=(n-i)/s+(n<i)*6:n===o?a=(i-e)/s+2:a=(e-n)/s+4,s/=l<.5?o+r:2-o-r,a*=60):s=l>0&&l<1?0:a,new J(a,s,l,t.opacity)}function dt(t,e,n,i){return arguments.length===1?mi(t):new J(t,e,n,i??1)}function J(t,e,n,i){this.h=+t,this.s=+e,this.l=+n,this.opacity=+i}Le(J,dt,Ue(se,{brighter(t){return t=t==null?Ce:Math.pow(Ce,t),new J(this.h,this.s,this.l*t,this.opacity)},darker(t){return t=t==null?be:Math.pow(be,t),new J(this.h,this.s,this.l*t,this.opacity)},rgb(){var t=this.h%360+(this.h<0)*360,e=isNaN(t)||isNaN(this.s)?0:this.s,n=this.l,i=n+(n<.5?n:1-n)*e,r=2*n-i;return new V(tn(t>=240?t-240:t+120,r,i),tn(t,r,i),tn(t<120?t+240:t-120,r,i),this.opacity)},clamp(){return new J(di(this.h),st(this.s),st(this.l),lt(this.opacity))},displayable(){return(0<=this.s&&this.s<=1||isNaN(this.s))&&0<=this.l&&this.l<=1&&0<=this.opacity&&this.opacity<=1},formatHsl(){let t=lt(this.opacity);return`${t===1?"hsl(":"hsla("}${di(this.h)}, ${st(this.s)*100}%, ${st(this.l)*100}%${t===1?")":`, ${t})`}`}}));function di(t){return t=(t||0)%360,t<0?t+360:t}function st(t){return Math.max(0,Math.min(1,t||0))}function tn(t,e,n){return(t<60?e+(n-e)*t/60:t<180?n:t<240?e+(n-e)*(240-t)/60:e)*255}var bi=Math.PI/180,gi=180/Math.PI,ft=18,yi=.96422,xi=1,_i=.82521,wi=4/29,Ne=6/29,vi=3*Ne*Ne,jo=Ne*Ne*Ne;function Mi(t){if(t instanceof te)return new te(t.l,t.a,t.b,t.opacity);if(t instanceof re)return Si(t);t instanceof V||(t=sn(t));var e=an(t.r),n=an(t.g),i=an(t.b),r=nn((.2225045*e+.7168786*n+.0606169*i)/xi),o,a;return e===n&&n===i?o=a=r:(o=nn((.4360747*e+.3850649*n+.1430804*i)/yi),a=nn((.0139322*e+.0971045*n+.7141733*i)/_i)),new te(116*r-16,500*(o-r),200*(r-a),t.opacity)}function Ti(t,e,n,i){return arguments.length===1?Mi(t):new te(t,e,n,i??1)}function te(t,e,n,i){this.l=+t,this.a=+e,this.b=+n,this.opacity=+i}Le(te,Ti,Ue(se,{brighter(t){return new te(this.l+ft*(t??1),this.a,this.b,this.opacity)},darker(t){return new te(this.l-ft*(t??1),this.a,this.b,this.opacity)},rgb(){var t=(this.l+16)/116,e=isNaN(this.a)?t:t+this.a/500,n=isNaN(this.b)?t:t-this.b/200;return e=yi*rn(e),t=xi*rn(t),n=_i*rn(n),new V(on(3.1338561*e-1.6168667*t-.4906146*n),on(-.9787684*e+1.9161415*t+.033454*n),on(.0719453*e-.2289914*t+1.4052427*n),this.opacity)}}));function nn(t){return t>jo?Math.pow(t,1/3):t/vi+wi}function rn(t){return t>Ne?t*t*t:vi*(t-wi)}function on(t){return 255*(t<=.0031308?12.92*t:1.055*Math.pow(t,1/2.4)-.055)}function an(t){return(t/=255)<=.04045?t/12.92:Math.pow((t+.055)/1.055,2.4)}function Uo(t){if(t instanceof re)return new re(t.h,t.c,t.l,t.opacity);if(t instanceof te||(t=Mi(t)),t.a===0&&t.b===0)return new re(NaN,0<t.l&&t.l<100?0:NaN,t.l,t.opacity);var e=Math.atan2(t.b,t.a)*gi;return new re(e<0?e+360:e,Math.sqrt(t.a*t.a+t.b*t.b),t.l,t.opacity)}function ut(t,e,n,i){return arguments.length===1?Uo(t):new re(t,e,n,i??1)}function re(t,e,n,i){this.h=+t,this.c=+e,this.l=+n,this.opacity=+i}function Si(t){if(isNaN(t.h))return new te(t.l,0,0,t.opacity);var e=t.h*bi;return new te(t.l,Math.cos(e)*t.c,Math.sin(e)*t.c,t.opacity)}Le(re,ut,Ue(se,{brighter(t){return new re(this.h,this.c,this.l+ft*(t??1),this.opacity)},darker(t){return new re(this.h,this.c,this.l-ft*(t??1),this.opacity)},rgb(){return Si(this).rgb()}}));var ki=-.14861,ln=1.78277,fn=-.29227,ht=-.90649,je=1.97294,ui=je*ht,hi=je*ln,pi=ln*fn-ht*ki;function Wo(t){if(t instanceof me)return new me(t.h,t.s,t.l,t.opacity);t instanceof V||(t=sn(t));var e=t.r/255,n=t.g/255,i=t.b/255,r=(pi*i+ui*e-hi*n)/(pi+ui-hi),o=i-r,a=(je*(n-r)-fn*o)/ht,s=Math.sqrt(a*a+o*o)/(je*r*(1-r)),l=s?Math.atan2(a,o)*gi-120:NaN;return new me(l<0?l+360:l,s,r,t.opacity)}function Z(t,e,n,i){return arguments.length===1?Wo(t):new me(t,e,n,i??1)}function me(t,e,n,i){this.h=+t,this.s=+e,this.l=+n,this.opacity=+i}Le(me,Z,Ue(se,{brighter(t){return t=t==null?Ce:Math.pow(Ce,t),new me(this.h,this.s,this.l*t,this.opacity)},darker(t){return t=t==null?be:Math.pow(be,t),new me(this.h,this.s,this.l*t,this.opacity)},rgb(){var t=isNaN(this.h)?0:(this.h+120)*bi,e=+this.l,n=isNaN(this.s)?0:this.s*e*(1-e),i=Math.cos(t),r=Math.sin(t);return new V(255*(e+n*(ki*i+ln*r)),255*(e+n*(fn*i+ht*r)),255*(e+n*(je*i)),this.opacity)}}));function Ri(t,e,n,i,r){var o=t*t,a=o*t;return((1-3*t+3*o-a)*e+(4-6*o+3*a)*n+(1+3*t+3*o-3*a)*i+a*r)/6}function Ko(t){var e=t.length-1;return function(n){var i=n<=0?n=0:n>=1?(n=1,e-1):Math.floor(n*e),r=t[i],o=t[i+1],a=i>0?t[i-1]:2*r-o,s=i<e-1?t[i+2]:2*o-r;return Ri((n-i/e)*e,a,r,o,s)}}function Zo(t){var e=t.length;return function(n){var i=Math.floor(((n%=1)<0?++n:n)*e),r=t[(i+e-1)%e],o=t[i%e],a=t[(i+1)%e],s=t[(i+2)%e];return Ri((n-i/e)*e,r,o,a,s)}}var dn=t=>()=>t;function $i(t,e){return function(n){return t+n*e}}function Qo(t,e,n){return t=Math.pow(t,n),e=Math.pow(e,n)-t,n=1/n,function(i){return Math.pow(t+i*e,n)}}function un(t,e){var n=e-t;return n?$i(t,n>180||n<-180?n-360*Math.round(n/360):n):dn(isNaN(t)?e:t)}function Jo(t){return(t=+t)==1?W:function(e,n){return n-e?Qo(e,n,t):dn(isNaN(e)?n:e)}}function W(t,e){var n=e-t;return n?$i(t,n):dn(isNaN(t)?e:t)}var Vl=(function t(e){var n=Jo(e);function i(r,o){var a=n((r=ge(r)).r,(o=ge(o)).r),s=n(r.g,o.g),l=n(r.b,o.b),f=W(r.opacity,o.opacity);return function(d){return r.r=a(d),r.g=s(d),r.b=l(d),r.opacity=f(d),r+""}}return i.gamma=t,i})(1);function Ni(t){return function(e){var n=e.length,i=new Array(n),r=new Array(n),o=new Array(n),a,s;for(a=0;a<n;++a)s=ge(e[a]),i[a]=s.r||0,r[a]=s.g||0,o[a]=s.b||0;return i=t(i),r=t(r),o=t(o),s.opacity=1,function(l){return s.r=i(l),s.g=r(l),s.b=o(l),s+""}}}var Ci=Ni(Ko),Dl=Ni(Zo);function Pe(t,e){return t=+t,e=+e,function(n){return t*(1-n)+e*n}}var ea=/[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g,Yl=new RegExp(ea.source,"g");var Ai=180/Math.PI,cn={translateX:0,translateY:0,rotate:0,skewX:0,scaleX:1,scaleY:1};function Li(t,e,n,i,r,o){var a,s,l;return(a=Math.sqrt(t*t+e*e))&&(t/=a,e/=a),(l=t*n+e*i)&&(n-=t*l,i-=e*l),(s=Math.sqrt(n*n+i*i))&&(n/=s,i/=s,l/=s),t*i<e*n&&(t=-t,e=-e,l=-l,a=-a),{translateX:r,translateY:o,rotate:Math.atan2(e,t)*Ai,skewX:Math.atan(l)*Ai,scaleX:a,scaleY:s}}var pt;function ta(t){let e=new(typeof DOMMatrix=="function"?DOMMatrix:WebKitCSSMatrix)(t+"");return e.isIdentity?cn:Li(e.a,e.b,e.c,e.d,e.e,e.f)}function na(t){return t==null||(pt||(pt=document.createElementNS("http://www.w3.org/2000/svg","g")),pt.setAttribute("transform",t),!(t=pt.transform.baseVal.consolidate()))?cn:(t=t.matrix,Li(t.a,t.b,t.c,t.d,t.e,t.f))}function Pi(t,e,n,i){function r(f){return f.length?f.pop()+" ":""}function o(f,d,c,u,p,b){if(f!==c||d!==u){var m=p.push("translate(",null,e,null,n);b.push({i:m-4,x:Pe(f,c)},{i:m-2,x:Pe(d,u)})}else(c||u)&&p.push("translate("+c+e+u+n)}function a(f,d,c,u){f!==d?(f-d>180?d+=360:d-f>180&&(f+=360),u.push({i:c.push(r(c)+"rotate(",null,i)-2,x:Pe(f,d)})):d&&c.push(r(c)+"rotate("+d+i)}function s(f,d,c,u){f!==d?u.push({i:c.push(r(c)+"skewX(",null,i)-2,x:Pe(f,d)}):d&&c.push(r(c)+"skewX("+d+i)}function l(f,d,c,u,p,b){if(f!==c||d!==u){var m=p.push(r(p)+"scale(",null,",",null,")");b.push({i:m-4,x:Pe(f,c)},{i:m-2,x:Pe(d,u)})}else(c!==1||u!==1)&&p.push(r(p)+"scale("+c+","+u+")")}return function(f,d){var c=[],u=[];return f=t(f),d=t(d),o(f.translateX,f.translateY,d.translateX,d.translateY,c,u),a(f.rotate,d.rotate,c,u),s(f.skewX,d.skewX,c,u),l(f.scaleX,f.scaleY,d.scaleX,d.scaleY,c,u),f=d=null,function(p){for(var b=-1,m=u.length,y;++b<m;)c[(y=u[b]).i]=y.x(p);return c.join("")}}}var ql=Pi(ta,"px, ","px)","deg)"),Xl=Pi(na,", ",")",")"),ia=1e-12;function Ei(t){return((t=Math.exp(t))+1/t)/2}function ra(t){return((t=Math.exp(t))-1/t)/2}function oa(t){return((t=Math.exp(2*t))-1)/(t+1)}var jl=(function t(e,n,i){function r(o,a){var s=o[0],l=o[1],f=o[2],d=a[0],c=a[1],u=a[2],p=d-s,b=c-l,m=p*p+b*b,y,x;if(m<ia)x=Math.log(u/f)/e,y=function(O){return[s+O*p,l+O*b,f*Math.exp(e*O*x)]};else{var v=Math.sqrt(m),M=(u*u-f*f+i*m)/(2*f*n*v),S=(u*u-f*f-i*m)/(2*u*n*v),N=Math.log(Math.sqrt(M*M+1)-M),R=Math.log(Math.sqrt(S*S+1)-S);x=(R-N)/e,y=function(O){var L=O*x,_=Ei(N),k=f/(n*v)*(_*oa(e*L+N)-ra(N));return[s+k*p,l+k*b,f*_/Ei(e*L+N)]}}return y.duration=Math.abs(x)*1e3*e/Math.SQRT2,y}return r.rho=function(o){var a=Math.max(.001,+o),s=a*a,l=s*s;return t(a,s,l)},r})(Math.SQRT2,2,4);function Oi(t){return function(e,n){var i=t((e=dt(e)).h,(n=dt(n)).h),r=W(e.s,n.s),o=W(e.l,n.l),a=W(e.opacity,n.opacity);return function(s){return e.h=i(s),e.s=r(s),e.l=o(s),e.opacity=a(s),e+""}}}var Ul=Oi(un),Wl=Oi(W);function Hi(t){return function(e,n){var i=t((e=ut(e)).h,(n=ut(n)).h),r=W(e.c,n.c),o=W(e.l,n.l),a=W(e.opacity,n.opacity);return function(s){return e.h=i(s),e.c=r(s),e.l=o(s),e.opacity=a(s),e+""}}}var Kl=Hi(un),Zl=Hi(W);function Ii(t){return(function e(n){n=+n;function i(r,o){var a=t((r=Z(r)).h,(o=Z(o)).h),s=W(r.s,o.s),l=W(r.l,o.l),f=W(r.opacity,o.opacity);return function(d){return r.h=a(d),r.s=s(d),r.l=l(Math.pow(d,n)),r.opacity=f(d),r+""}}return i.gamma=e,i})(1)}var Ql=Ii(un),mt=Ii(W);function E(t){for(var e=t.length/6|0,n=new Array(e),i=0;i<e;)n[i]="#"+t.slice(i*6,++i*6);return n}var nf=E("1f77b4ff7f0e2ca02cd627289467bd8c564be377c27f7f7fbcbd2217becf"),rf=E("7fc97fbeaed4fdc086ffff99386cb0f0027fbf5b17666666"),of=E("1b9e77d95f027570b3e7298a66a61ee6ab02a6761d666666"),af=E("4269d0efb118ff725c6cc5b03ca951ff8ab7a463f297bbf59c6b4e9498a0"),sf=E("a6cee31f78b4b2df8a33a02cfb9a99e31a1cfdbf6fff7f00cab2d66a3d9affff99b15928"),lf=E("fbb4aeb3cde3ccebc5decbe4fed9a6ffffcce5d8bdfddaecf2f2f2"),ff=E("b3e2cdfdcdaccbd5e8f4cae4e6f5c9fff2aef1e2cccccccc"),cf=E("e41a1c377eb84daf4a984ea3ff7f00ffff33a65628f781bf999999"),df=E("66c2a5fc8d628da0cbe78ac3a6d854ffd92fe5c494b3b3b3"),uf=E("8dd3c7ffffb3bebadafb807280b1d3fdb462b3de69fccde5d9d9d9bc80bdccebc5ffed6f"),hf=E("4e79a7f28e2ce1575976b7b259a14fedc949af7aa1ff9da79c755fbab0ab"),H=t=>Ci(t[t.length-1]),aa=new Array(3).concat("d8b365f5f5f55ab4ac","a6611adfc27d80cdc1018571","a6611adfc27df5f5f580cdc1018571","8c510ad8b365f6e8c3c7eae55ab4ac01665e","8c510ad8b365f6e8c3f5f5f5c7eae55ab4ac01665e","8c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e","8c510abf812ddfc27df6e8c3f5f5f5c7eae580cdc135978f01665e","5430058c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e003c30","5430058c510abf812ddfc27df6e8c3f5f5f5c7eae580cdc135978f01665e003c30").map(E),pf=H(aa),sa=new Array(3).concat("af8dc3f7f7f77fbf7b","7b3294c2a5cfa6dba0008837","7b3294c2a5cff7f7f7a6dba0008837","762a83af8dc3e7d4e8d9f0d37fbf7b1b7837","762a83af8dc3e7d4e8f7f7f7d9f0d37fbf7b1b7837","762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b7837","762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b7837","40004b762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b783700441b","40004b762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b783700441b").map(E),mf=H(sa),la=new Array(3).concat("e9a3c9f7f7f7a1d76a","d01c8bf1b6dab8e1864dac26","d01c8bf1b6daf7f7f7b8e1864dac26","c51b7de9a3c9fde0efe6f5d0a1d76a4d9221","c51b7de9a3c9fde0eff7f7f7e6f5d0a1d76a4d9221","c51b7dde77aef1b6dafde0efe6f5d0b8e1867fbc414d9221","c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221","8e0152c51b7dde77aef1b6dafde0efe6f5d0b8e1867fbc414d9221276419","8e0152c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221276419").map(E),bf=H(la),fa=new Array(3).concat("998ec3f7f7f7f1a340","5e3c99b2abd2fdb863e66101","5e3c99b2abd2f7f7f7fdb863e66101","542788998ec3d8daebfee0b6f1a340b35806","542788998ec3d8daebf7f7f7fee0b6f1a340b35806","5427888073acb2abd2d8daebfee0b6fdb863e08214b35806","5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b35806","2d004b5427888073acb2abd2d8daebfee0b6fdb863e08214b358067f3b08","2d004b5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b358067f3b08").map(E),gf=H(fa),ca=new Array(3).concat("ef8a62f7f7f767a9cf","ca0020f4a58292c5de0571b0","ca0020f4a582f7f7f792c5de0571b0","b2182bef8a62fddbc7d1e5f067a9cf2166ac","b2182bef8a62fddbc7f7f7f7d1e5f067a9cf2166ac","b2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac","b2182bd6604df4a582fddbc7f7f7f7d1e5f092c5de4393c32166ac","67001fb2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac053061","67001fb2182bd6604df4a582fddbc7f7f7f7d1e5f092c5de4393c32166ac053061").map(E),yf=H(ca),da=new Array(3).concat("ef8a62ffffff999999","ca0020f4a582bababa404040","ca0020f4a582ffffffbababa404040","b2182bef8a62fddbc7e0e0e09999994d4d4d","b2182bef8a62fddbc7ffffffe0e0e09999994d4d4d","b2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d","b2182bd6604df4a582fddbc7ffffffe0e0e0bababa8787874d4d4d","67001fb2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d1a1a1a","67001fb2182bd6604df4a582fddbc7ffffffe0e0e0bababa8787874d4d4d1a1a1a").map(E),xf=H(da),ua=new Array(3).concat("fc8d59ffffbf91bfdb","d7191cfdae61abd9e92c7bb6","d7191cfdae61ffffbfabd9e92c7bb6","d73027fc8d59fee090e0f3f891bfdb4575b4","d73027fc8d59fee090ffffbfe0f3f891bfdb4575b4","d73027f46d43fdae61fee090e0f3f8abd9e974add14575b4","d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4","a50026d73027f46d43fdae61fee090e0f3f8abd9e974add14575b4313695","a50026d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4313695").map(E),_f=H(ua),ha=new Array(3).concat("fc8d59ffffbf91cf60","d7191cfdae61a6d96a1a9641","d7191cfdae61ffffbfa6d96a1a9641","d73027fc8d59fee08bd9ef8b91cf601a9850","d73027fc8d59fee08bffffbfd9ef8b91cf601a9850","d73027f46d43fdae61fee08bd9ef8ba6d96a66bd631a9850","d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850","a50026d73027f46d43fdae61fee08bd9ef8ba6d96a66bd631a9850006837","a50026d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850006837").map(E),wf=H(ha),pa=new Array(3).concat("fc8d59ffffbf99d594","d7191cfdae61abdda42b83ba","d7191cfdae61ffffbfabdda42b83ba","d53e4ffc8d59fee08be6f59899d5943288bd","d53e4ffc8d59fee08bffffbfe6f59899d5943288bd","d53e4ff46d43fdae61fee08be6f598abdda466c2a53288bd","d53e4ff46d43fdae61fee08bffffbfe6f598abdda466c2a53288bd","9e0142d53e4ff46d43fdae61fee08be6f598abdda466c2a53288bd5e4fa2","9e0142d53e4ff46d43fdae61fee08bffffbfe6f598abdda466c2a53288bd5e4fa2").map(E),vf=H(pa),ma=new Array(3).concat("e5f5f999d8c92ca25f","edf8fbb2e2e266c2a4238b45","edf8fbb2e2e266c2a42ca25f006d2c","edf8fbccece699d8c966c2a42ca25f006d2c","edf8fbccece699d8c966c2a441ae76238b45005824","f7fcfde5f5f9ccece699d8c966c2a441ae76238b45005824","f7fcfde5f5f9ccece699d8c966c2a441ae76238b45006d2c00441b").map(E),Mf=H(ma),ba=new Array(3).concat("e0ecf49ebcda8856a7","edf8fbb3cde38c96c688419d","edf8fbb3cde38c96c68856a7810f7c","edf8fbbfd3e69ebcda8c96c68856a7810f7c","edf8fbbfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bfd3e69ebcda8c96c68c6bb188419d810f7c4d004b").map(E),Tf=H(ba),ga=new Array(3).concat("e0f3dba8ddb543a2ca","f0f9e8bae4bc7bccc42b8cbe","f0f9e8bae4bc7bccc443a2ca0868ac","f0f9e8ccebc5a8ddb57bccc443a2ca0868ac","f0f9e8ccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a8ddb57bccc44eb3d32b8cbe0868ac084081").map(E),Sf=H(ga),ya=new Array(3).concat("fee8c8fdbb84e34a33","fef0d9fdcc8afc8d59d7301f","fef0d9fdcc8afc8d59e34a33b30000","fef0d9fdd49efdbb84fc8d59e34a33b30000","fef0d9fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84fc8d59ef6548d7301fb300007f0000").map(E),kf=H(ya),xa=new Array(3).concat("ece2f0a6bddb1c9099","f6eff7bdc9e167a9cf02818a","f6eff7bdc9e167a9cf1c9099016c59","f6eff7d0d1e6a6bddb67a9cf1c9099016c59","f6eff7d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9cf3690c002818a016c59014636").map(E),Af=H(xa),_a=new Array(3).concat("ece7f2a6bddb2b8cbe","f1eef6bdc9e174a9cf0570b0","f1eef6bdc9e174a9cf2b8cbe045a8d","f1eef6d0d1e6a6bddb74a9cf2b8cbe045a8d","f1eef6d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690c00570b0045a8d023858").map(E),Ef=H(_a),wa=new Array(3).concat("e7e1efc994c7dd1c77","f1eef6d7b5d8df65b0ce1256","f1eef6d7b5d8df65b0dd1c77980043","f1eef6d4b9dac994c7df65b0dd1c77980043","f1eef6d4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace125698004367001f").map(E),Rf=H(wa),va=new Array(3).concat("fde0ddfa9fb5c51b8a","feebe2fbb4b9f768a1ae017e","feebe2fbb4b9f768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a017749006a").map(E),$f=H(va),Ma=new Array(3).concat("edf8b17fcdbb2c7fb8","ffffcca1dab441b6c4225ea8","ffffcca1dab441b6c42c7fb8253494","ffffccc7e9b47fcdbb41b6c42c7fb8253494","ffffccc7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea8253494081d58").map(E),Nf=H(Ma),Ta=new Array(3).concat("f7fcb9addd8e31a354","ffffccc2e69978c679238443","ffffccc2e69978c67931a354006837","ffffccd9f0a3addd8e78c67931a354006837","ffffccd9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443006837004529").map(E),Cf=H(Ta),Sa=new Array(3).concat("fff7bcfec44fd95f0e","ffffd4fed98efe9929cc4c02","ffffd4fed98efe9929d95f0e993404","ffffd4fee391fec44ffe9929d95f0e993404","ffffd4fee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c02993404662506").map(E),Lf=H(Sa),ka=new Array(3).concat("ffeda0feb24cf03b20","ffffb2fecc5cfd8d3ce31a1c","ffffb2fecc5cfd8d3cf03b20bd0026","ffffb2fed976feb24cfd8d3cf03b20bd0026","ffffb2fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cbd0026800026").map(E),Pf=H(ka),Aa=new Array(3).concat("deebf79ecae13182bd","eff3ffbdd7e76baed62171b5","eff3ffbdd7e76baed63182bd08519c","eff3ffc6dbef9ecae16baed63182bd08519c","eff3ffc6dbef9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b508519c08306b").map(E),Of=H(Aa),Ea=new Array(3).concat("e5f5e0a1d99b31a354","edf8e9bae4b374c476238b45","edf8e9bae4b374c47631a354006d2c","edf8e9c7e9c0a1d99b74c47631a354006d2c","edf8e9c7e9c0a1d99b74c47641ab5d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45006d2c00441b").map(E),Hf=H(Ea),Ra=new Array(3).concat("f0f0f0bdbdbd636363","f7f7f7cccccc969696525252","f7f7f7cccccc969696636363252525","f7f7f7d9d9d9bdbdbd969696636363252525","f7f7f7d9d9d9bdbdbd969696737373525252252525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525000000").map(E),If=H(Ra),$a=new Array(3).concat("efedf5bcbddc756bb1","f2f0f7cbc9e29e9ac86a51a3","f2f0f7cbc9e29e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8807dba6a51a34a1486","fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a34a1486","fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a354278f3f007d").map(E),Gf=H($a),Na=new Array(3).concat("fee0d2fc9272de2d26","fee5d9fcae91fb6a4acb181d","fee5d9fcae91fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181da50f1567000d").map(E),zf=H(Na),Ca=new Array(3).concat("fee6cefdae6be6550d","feeddefdbe85fd8d3cd94701","feeddefdbe85fd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee6cefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee6cefdd0a2fdae6bfd8d3cf16913d94801a636037f2704").map(E),Ff=H(Ca);var Bf=mt(Z(300,.5,0),Z(-240,.5,1)),Vf=mt(Z(-100,.75,.35),Z(80,1.5,.8)),Df=mt(Z(260,.75,.35),Z(80,1.5,.8)),Yf=Z();var qf=ge(),Xf=Math.PI/3,jf=Math.PI*2/3;function bt(t){var e=t.length;return function(n){return t[Math.max(0,Math.min(e-1,Math.floor(n*e)))]}}var Gi=bt(E("44015444025645045745055946075a46085c460a5d460b5e470d60470e6147106347116447136548146748166848176948186a481a6c481b6d481c6e481d6f481f70482071482173482374482475482576482677482878482979472a7a472c7a472d7b472e7c472f7d46307e46327e46337f463480453581453781453882443983443a83443b84433d84433e85423f854240864241864142874144874045884046883f47883f48893e49893e4a893e4c8a3d4d8a3d4e8a3c4f8a3c508b3b518b3b528b3a538b3a548c39558c39568c38588c38598c375a8c375b8d365c8d365d8d355e8d355f8d34608d34618d33628d33638d32648e32658e31668e31678e31688e30698e306a8e2f6b8e2f6c8e2e6d8e2e6e8e2e6f8e2d708e2d718e2c718e2c728e2c738e2b748e2b758e2a768e2a778e2a788e29798e297a8e297b8e287c8e287d8e277e8e277f8e27808e26818e26828e26828e25838e25848e25858e24868e24878e23888e23898e238a8d228b8d228c8d228d8d218e8d218f8d21908d21918c20928c20928c20938c1f948c1f958b1f968b1f978b1f988b1f998a1f9a8a1e9b8a1e9c891e9d891f9e891f9f881fa0881fa1881fa1871fa28720a38620a48621a58521a68522a78522a88423a98324aa8325ab8225ac8226ad8127ad8128ae8029af7f2ab07f2cb17e2db27d2eb37c2fb47c31b57b32b67a34b67935b77937b87838b9773aba763bbb753dbc743fbc7340bd7242be7144bf7046c06f48c16e4ac16d4cc26c4ec36b50c46a52c56954c56856c66758c7655ac8645cc8635ec96260ca6063cb5f65cb5e67cc5c69cd5b6ccd5a6ece5870cf5773d05675d05477d1537ad1517cd2507fd34e81d34d84d44b86d54989d5488bd6468ed64590d74393d74195d84098d83e9bd93c9dd93ba0da39a2da37a5db36a8db34aadc32addc30b0dd2fb2dd2db5de2bb8de29bade28bddf26c0df25c2df23c5e021c8e020cae11fcde11dd0e11cd2e21bd5e21ad8e219dae319dde318dfe318e2e418e5e419e7e419eae51aece51befe51cf1e51df4e61ef6e620f8e621fbe723fde725")),Uf=bt(E("00000401000501010601010802010902020b02020d03030f03031204041405041606051806051a07061c08071e0907200a08220b09240c09260d0a290e0b2b100b2d110c2f120d31130d34140e36150e38160f3b180f3d19103f1a10421c10441d11471e114920114b21114e22115024125325125527125829115a2a115c2c115f2d11612f116331116533106734106936106b38106c390f6e3b0f703d0f713f0f72400f74420f75440f764510774710784910784a10794c117a4e117b4f127b51127c52137c54137d56147d57157e59157e5a167e5c167f5d177f5f187f601880621980641a80651a80671b80681c816a1c816b1d816d1d816e1e81701f81721f817320817521817621817822817922827b23827c23827e24828025828125818326818426818627818827818928818b29818c29818e2a81902a81912b81932b80942c80962c80982d80992d809b2e7f9c2e7f9e2f7fa02f7fa1307ea3307ea5317ea6317da8327daa337dab337cad347cae347bb0357bb2357bb3367ab5367ab73779b83779ba3878bc3978bd3977bf3a77c03a76c23b75c43c75c53c74c73d73c83e73ca3e72cc3f71cd4071cf4070d0416fd2426fd3436ed5446dd6456cd8456cd9466bdb476adc4869de4968df4a68e04c67e24d66e34e65e44f64e55064e75263e85362e95462ea5661eb5760ec5860ed5a5fee5b5eef5d5ef05f5ef1605df2625df2645cf3655cf4675cf4695cf56b5cf66c5cf66e5cf7705cf7725cf8745cf8765cf9785df9795df97b5dfa7d5efa7f5efa815ffb835ffb8560fb8761fc8961fc8a62fc8c63fc8e64fc9065fd9266fd9467fd9668fd9869fd9a6afd9b6bfe9d6cfe9f6dfea16efea36ffea571fea772fea973feaa74feac76feae77feb078feb27afeb47bfeb67cfeb77efeb97ffebb81febd82febf84fec185fec287fec488fec68afec88cfeca8dfecc8ffecd90fecf92fed194fed395fed597fed799fed89afdda9cfddc9efddea0fde0a1fde2a3fde3a5fde5a7fde7a9fde9aafdebacfcecaefceeb0fcf0b2fcf2b4fcf4b6fcf6b8fcf7b9fcf9bbfcfbbdfcfdbf")),Wf=bt(E("00000401000501010601010802010a02020c02020e03021004031204031405041706041907051b08051d09061f0a07220b07240c08260d08290e092b10092d110a30120a32140b34150b37160b39180c3c190c3e1b0c411c0c431e0c451f0c48210c4a230c4c240c4f260c51280b53290b552b0b572d0b592f0a5b310a5c320a5e340a5f3609613809623909633b09643d09653e0966400a67420a68440a68450a69470b6a490b6a4a0c6b4c0c6b4d0d6c4f0d6c510e6c520e6d540f6d550f6d57106e59106e5a116e5c126e5d126e5f136e61136e62146e64156e65156e67166e69166e6a176e6c186e6d186e6f196e71196e721a6e741a6e751b6e771c6d781c6d7a1d6d7c1d6d7d1e6d7f1e6c801f6c82206c84206b85216b87216b88226a8a226a8c23698d23698f24699025689225689326679526679727669827669a28659b29649d29649f2a63a02a63a22b62a32c61a52c60a62d60a82e5fa92e5eab2f5ead305dae305cb0315bb1325ab3325ab43359b63458b73557b93556ba3655bc3754bd3853bf3952c03a51c13a50c33b4fc43c4ec63d4dc73e4cc83f4bca404acb4149cc4248ce4347cf4446d04545d24644d34743d44842d54a41d74b3fd84c3ed94d3dda4e3cdb503bdd513ade5238df5337e05536e15635e25734e35933e45a31e55c30e65d2fe75e2ee8602de9612bea632aeb6429eb6628ec6726ed6925ee6a24ef6c23ef6e21f06f20f1711ff1731df2741cf3761bf37819f47918f57b17f57d15f67e14f68013f78212f78410f8850ff8870ef8890cf98b0bf98c0af98e09fa9008fa9207fa9407fb9606fb9706fb9906fb9b06fb9d07fc9f07fca108fca309fca50afca60cfca80dfcaa0ffcac11fcae12fcb014fcb216fcb418fbb61afbb81dfbba1ffbbc21fbbe23fac026fac228fac42afac62df9c72ff9c932f9cb35f8cd37f8cf3af7d13df7d340f6d543f6d746f5d949f5db4cf4dd4ff4df53f4e156f3e35af3e55df2e661f2e865f2ea69f1ec6df1ed71f1ef75f1f179f2f27df2f482f3f586f3f68af4f88ef5f992f6fa96f8fb9af9fc9dfafda1fcffa4")),Kf=bt(E("0d088710078813078916078a19068c1b068d1d068e20068f2206902406912605912805922a05932c05942e05952f059631059733059735049837049938049a3a049a3c049b3e049c3f049c41049d43039e44039e46039f48039f4903a04b03a14c02a14e02a25002a25102a35302a35502a45601a45801a45901a55b01a55c01a65e01a66001a66100a76300a76400a76600a76700a86900a86a00a86c00a86e00a86f00a87100a87201a87401a87501a87701a87801a87a02a87b02a87d03a87e03a88004a88104a78305a78405a78606a68707a68808a68a09a58b0aa58d0ba58e0ca48f0da4910ea3920fa39410a29511a19613a19814a099159f9a169f9c179e9d189d9e199da01a9ca11b9ba21d9aa31e9aa51f99a62098a72197a82296aa2395ab2494ac2694ad2793ae2892b02991b12a90b22b8fb32c8eb42e8db52f8cb6308bb7318ab83289ba3388bb3488bc3587bd3786be3885bf3984c03a83c13b82c23c81c33d80c43e7fc5407ec6417dc7427cc8437bc9447aca457acb4679cc4778cc4977cd4a76ce4b75cf4c74d04d73d14e72d24f71d35171d45270d5536fd5546ed6556dd7566cd8576bd9586ada5a6ada5b69db5c68dc5d67dd5e66de5f65de6164df6263e06363e16462e26561e26660e3685fe4695ee56a5de56b5de66c5ce76e5be76f5ae87059e97158e97257ea7457eb7556eb7655ec7754ed7953ed7a52ee7b51ef7c51ef7e50f07f4ff0804ef1814df1834cf2844bf3854bf3874af48849f48948f58b47f58c46f68d45f68f44f79044f79143f79342f89441f89540f9973ff9983ef99a3efa9b3dfa9c3cfa9e3bfb9f3afba139fba238fca338fca537fca636fca835fca934fdab33fdac33fdae32fdaf31fdb130fdb22ffdb42ffdb52efeb72dfeb82cfeba2cfebb2bfebd2afebe2afec029fdc229fdc328fdc527fdc627fdc827fdca26fdcb26fccd25fcce25fcd025fcd225fbd324fbd524fbd724fad824fada24f9dc24f9dd25f8df25f8e125f7e225f7e425f6e626f6e826f5e926f5eb27f4ed27f3ee27f3f027f2f227f1f426f1f525f0f724f0f921"));function ye(t){let e=1/0,n=-1/0;for(let i of t)i===null||!(i>0)||i===1/0||(e=Math.min(e,i),n=Math.max(n,i));return e<=n?{low:e,high:n}:null}function gt(t,e,n,i=1.02){let r=t.high/t.low;return{low:t.low/Math.max(r**e,i),high:t.high*Math.max(r**n,i)}}function We(t,e){return Math.log(e/t.low)/Math.log(t.high/t.low)}function le(t,e){return t.low*(t.high/t.low)**e}function Ke(t,e,n){let i={low:le(t,e-e*n),high:le(t,e+(1-e)*n)},r=i.high/i.low;return r>=1.0005&&r<=1e40?i:t}function hn(t,e){return{low:le(t,e),high:le(t,1+e)}}function pn(t,e,n){let i={low:le(t,Math.min(e,n)),high:le(t,Math.max(e,n))};return i.high/i.low>=1.0005?i:t}var La={light:[.02,.88],dark:[.3,1]};function yt(t,e){let[n,i]=La[e];return Gi(n+Math.min(Math.max(t,0),1)*(i-n))}function fe(t,e,n){return t===null||!e||!(t>0)?n==="dark"?"#9aa3af":"#7b8794":yt(e.high>e.low?We(e,t):.5,n)}function h(t,e={},...n){let i=document.createElement(t);return xe(i,e),zi(i,n),i}var Pa="http://www.w3.org/2000/svg";function T(t,e={},...n){let i=document.createElementNS(Pa,t);return xe(i,e),zi(i,n),i}function ce(t){let e=t.split("`");return e.length%2===0?h("span",{},t):h("span",{},...e.map((n,i)=>i%2?h("code",{},n):n))}function D(t,...e){t.replaceChildren(...e.filter(n=>n!==null))}function xe(t,e){for(let[n,i]of Object.entries(e))i===null||i===!1?t.removeAttribute(n):t.setAttribute(n,i===!0?"":String(i))}function zi(t,e){for(let n of e)n!==null&&t.append(n)}function Oa(t){return Math.abs(t=Math.round(t))>=1e21?t.toLocaleString("en").replace(/,/g,""):t.toString(10)}function _t(t,e){if(!isFinite(t)||t===0)return null;var n=(t=e?t.toExponential(e-1):t.toExponential()).indexOf("e"),i=t.slice(0,n);return[i.length>1?i[0]+i.slice(2):i,+t.slice(n+1)]}function Ha(t){return t=_t(Math.abs(t)),t?t[1]:NaN}function Ia(t,e){return function(n,i){for(var r=n.length,o=[],a=0,s=t[0],l=0;r>0&&s>0&&(l+s+1>i&&(s=Math.max(1,i-l)),o.push(n.substring(r-=s,r+s)),!((l+=s+1)>i));)s=t[a=(a+1)%t.length];return o.reverse().join(e)}}function Ga(t){return function(e){return e.replace(/[0-9]/g,function(n){return t[+n]})}}var za=/^(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(\.\d+)?(~)?([a-z%])?$/i;function mn(t){if(!(e=za.exec(t)))throw new Error("invalid format: "+t);var e;return new bn({fill:e[1],align:e[2],sign:e[3],symbol:e[4],zero:e[5],width:e[6],comma:e[7],precision:e[8]&&e[8].slice(1),trim:e[9],type:e[10]})}mn.prototype=bn.prototype;function bn(t){this.fill=t.fill===void 0?" ":t.fill+"",this.align=t.align===void 0?">":t.align+"",this.sign=t.sign===void 0?"-":t.sign+"",this.symbol=t.symbol===void 0?"":t.symbol+"",this.zero=!!t.zero,this.width=t.width===void 0?void 0:+t.width,this.comma=!!t.comma,this.precision=t.precision===void 0?void 0:+t.precision,this.trim=!!t.trim,this.type=t.type===void 0?"":t.type+""}bn.prototype.toString=function(){return this.fill+this.align+this.sign+this.symbol+(this.zero?"0":"")+(this.width===void 0?"":Math.max(1,this.width|0))+(this.comma?",":"")+(this.precision===void 0?"":"."+Math.max(0,this.precision|0))+(this.trim?"~":"")+this.type};function Fa(t){e:for(var e=t.length,n=1,i=-1,r;n<e;++n)switch(t[n]){case".":i=r=n;break;case"0":i===0&&(i=n),r=n;break;default:if(!+t[n])break e;i>0&&(i=0);break}return i>0?t.slice(0,i)+t.slice(r+1):t}var wt;function Ba(t,e){var n=_t(t,e);if(!n)return wt=void 0,t.toPrecision(e);var i=n[0],r=n[1],o=r-(wt=Math.max(-8,Math.min(8,Math.floor(r/3)))*3)+1,a=i.length;return o===a?i:o>a?i+new Array(o-a+1).join("0"):o>0?i.slice(0,o)+"."+i.slice(o):"0."+new Array(1-o).join("0")+_t(t,Math.max(0,e+o-1))[0]}function Fi(t,e){var n=_t(t,e);if(!n)return t+"";var i=n[0],r=n[1];return r<0?"0."+new Array(-r).join("0")+i:i.length>r+1?i.slice(0,r+1)+"."+i.slice(r+1):i+new Array(r-i.length+2).join("0")}var Bi={"%":(t,e)=>(t*100).toFixed(e),b:t=>Math.round(t).toString(2),c:t=>t+"",d:Oa,e:(t,e)=>t.toExponential(e),f:(t,e)=>t.toFixed(e),g:(t,e)=>t.toPrecision(e),o:t=>Math.round(t).toString(8),p:(t,e)=>Fi(t*100,e),r:Fi,s:Ba,X:t=>Math.round(t).toString(16).toUpperCase(),x:t=>Math.round(t).toString(16)};function Vi(t){return t}var Di=Array.prototype.map,Yi=["y","z","a","f","p","n","µ","m","","k","M","G","T","P","E","Z","Y"];function Va(t){var e=t.grouping===void 0||t.thousands===void 0?Vi:Ia(Di.call(t.grouping,Number),t.thousands+""),n=t.currency===void 0?"":t.currency[0]+"",i=t.currency===void 0?"":t.currency[1]+"",r=t.decimal===void 0?".":t.decimal+"",o=t.numerals===void 0?Vi:Ga(Di.call(t.numerals,String)),a=t.percent===void 0?"%":t.percent+"",s=t.minus===void 0?"−":t.minus+"",l=t.nan===void 0?"NaN":t.nan+"";function f(c,u){c=mn(c);var p=c.fill,b=c.align,m=c.sign,y=c.symbol,x=c.zero,v=c.width,M=c.comma,S=c.precision,N=c.trim,R=c.type;R==="n"?(M=!0,R="g"):Bi[R]||(S===void 0&&(S=12),N=!0,R="g"),(x||p==="0"&&b==="=")&&(x=!0,p="0",b="=");var O=(u&&u.prefix!==void 0?u.prefix:"")+(y==="$"?n:y==="#"&&/[boxX]/.test(R)?"0"+R.toLowerCase():""),L=(y==="$"?i:/[%p]/.test(R)?a:"")+(u&&u.suffix!==void 0?u.suffix:""),_=Bi[R],k=/[defgprs%]/.test(R);S=S===void 0?6:/[gprs]/.test(R)?Math.max(1,Math.min(21,S)):Math.max(0,Math.min(20,S));function A(w){var P=O,C=L,G,$,I;if(R==="c")C=_(w)+C,w="";else{w=+w;var B=w<0||1/w<0;if(w=isNaN(w)?l:_(Math.abs(w),S),N&&(w=Fa(w)),B&&+w==0&&m!=="+"&&(B=!1),P=(B?m==="("?m:s:m==="-"||m==="("?"":m)+P,C=(R==="s"&&!isNaN(w)&&wt!==void 0?Yi[8+wt/3]:"")+C+(B&&m==="("?")":""),k){for(G=-1,$=w.length;++G<$;)if(I=w.charCodeAt(G),48>I||I>57){C=(I===46?r+w.slice(G+1):w.slice(G))+C,w=w.slice(0,G);break}}}M&&!x&&(w=e(w,1/0));var z=P.length+w.length+C.length,X=z<v?new Array(v-z+1).join(p):"";switch(M&&x&&(w=e(X+w,X.length?v-C.length:1/0),X=""),b){case"<":w=P+w+C+X;break;case"=":w=P+X+w+C;break;case"^":w=X.slice(0,z=X.length>>1)+P+w+C+X.slice(z);break;default:w=X+P+w+C;break}return o(w)}return A.toString=function(){return c+""},A}function d(c,u){var p=Math.max(-8,Math.min(8,Math.floor(Ha(u)/3)))*3,b=Math.pow(10,-p),m=f((c=mn(c),c.type="f",c),{suffix:Yi[8+p/3]});return function(y){return m(b*y)}}return{format:f,formatPrefix:d}}var xt,gn,Da;Ya({thousands:",",grouping:[3],currency:["$",""]});function Ya(t){return xt=Va(t),gn=xt.format,Da=xt.formatPrefix,xt}var qa="−",Xa=gn(".3~s");function oe(t,e=2,{trim:n=!0}={}){let[i="",r="0"]=t.toExponential(e-1).split("e"),o=n&&i.includes(".")?i.replace(/\.?0+$/,""):i;return{mantissa:o==="1"?"":o,exponent:Number(r)}}function qi(t,e=2){if(!Number.isFinite(t))return"unknown";let{mantissa:n,exponent:i}=oe(t,e);return`${n||"1"}e${i}`}function Y(t){return t===null||!Number.isFinite(t)?"–":t<1e3?`${Number(t.toPrecision(3))}`:Xa(t).replace("G","B")}function F(t,e=4){if(t===null||!Number.isFinite(t))return"–";if(t===0)return"0";let n=e-1-Math.floor(Math.log10(Math.abs(t)));return yn(t.toFixed(Math.min(Math.max(n,0),12)))}function Oe(t,e=1){if(t===null||!Number.isFinite(t))return"–";let n=(100*t).toFixed(e),i=Number(n)===0;return`${i||t<0?"":"+"}${yn(i?n.replace("-",""):n)} %`}function Q(t){return`${Number((100*t).toPrecision(3))} %`}function Xi(t,e,n){let i=[t,e,n],r=Math.max(...i.map(Math.abs));if(!(r>0)||!Number.isFinite(r))return["–","–","–"];let o=r/Math.max(Math.abs(t),1e-300)>=1e4&&r>=1;if(r>=1e5||r<.001||o)return i.map(d=>ja(d));let a=Math.abs(n-e)||r*1e-4,s=1-Math.floor(Math.log10(a)),l=4-Math.floor(Math.log10(r)),f=Math.min(Math.max(s,0),Math.max(l,0),6);return i.map(d=>yn(d.toFixed(f)))}function ja(t){let e=Math.abs(t);return e===0?"0":e>=.001&&e<1e5?F(t,3):oe(t,2)}function ji(t){return t<5?"just now":`${Ua(t)} ago`}function Ua(t){return t===null||!Number.isFinite(t)?"–":t<60?`${Math.round(t)} s`:t<3600?`${Math.round(t/60)} min`:t<48*3600?`${Math.round(t/3600)} h`:`${Math.round(t/86400)} d`}function de(t,e){return`${t.toLocaleString("en")} ${e}${t===1?"":"s"}`}function vt(t){return`${t<10?Number(t.toPrecision(2)):Y(Math.round(t))}×`}function yn(t){return t.replace("-",qa)}function Mt(t){return t.map(([e,n])=>`${n.toLocaleString("en")} ${e}`).join(", ")}function Ui({columns:t}){return t.name.map((e,n)=>({name:e,status:t.status[n]??"completed",reason:t.reason[n]??"",notFitted:t.not_fitted[n]??"",size:t.size[n]??"",exampleUnit:t.example_unit[n]??"example",loss:t.loss[n]??null,n_params:t.n_params[n]??null,n_examples:t.n_examples[n]??null,train_flops:t.train_flops[n]??null,plannedExamples:t.planned_examples[n]??null,plannedFlops:t.planned_flops[n]??null,seed:t.seed[n]??null,elapsedSeconds:t.elapsed_seconds[n]??null,prediction:Wa(t.prediction[n]??null)}))}function Ze(t,e){if(e==="n_params")return t.n_params;let n=e==="train_flops"?t.plannedFlops:t.plannedExamples;return t.status==="completed"?t[e]:n??t[e]}function ae(t){return t==="n_params"?"n_examples":"n_params"}function He(t,e){let n=t[e];return n!==null&&n>0&&t.loss!==null&&t.loss>0}function Tt(t){return t.prediction!==null&&t.status==="completed"&&t.notFitted!==""}function St(t){let e=new Map;if(t?.reason!==null)return e;let n=(i,r)=>i.forEach((o,a)=>{let s=r[a];typeof s=="number"&&e.set(o,Math.expm1(s))});return n(t.residuals.name,t.residuals.log_residual),n(t.tested.name,t.tested.log_error),e}function kt(t){return _n.map(e=>[e,t.filter(n=>n.status===e).length]).filter(([,e])=>e>0)}var _n=["completed","running","stalled","stopped","diverged","failed"];function Wa(t){if(!t)return null;let{loss:e,low:n,high:i}=t;return!xn(e)||!xn(n)||!xn(i)?null:{loss:e,low:n,high:i,level:t.level??null}}function xn(t){return typeof t=="number"&&t>0}function wn({fit:t,options:e}){return t&&t.form===e.form&&t.x===e.x?t:null}function Ie(t){let e=wn(t);return e?.reason===null?e:null}function Wi(t,e){return e===null?void 0:t.runs.find(n=>n.name===e)}function At(t){let e=t.answer?.loss_name??"";return e===""?"Loss":e==="val_loss"?"Held-out loss":e==="loss"?"Training loss":e}function _e(t){let e=new Set(t.runs.map(i=>i.exampleUnit)),[n]=e;return e.size===1&&n?n:"example"}var Ka={x:{low:1,high:10},y:{low:1,high:10}},Ki=.3,Za=5;function vn(t,e,n){let i=t.filter(b=>He(b,n)),r=i.filter(b=>b.status==="completed"),o=r.length>=Za?r:i,a=t.filter(b=>b.prediction&&Ze(b,n)),s=ye([...o.map(b=>b[n]),...a.map(b=>Ze(b,n))]),l=ye([...o.map(b=>b.loss),...a.flatMap(({prediction:b})=>b&&[b.low,b.high])]);if(!s||!l)return Ka;let f=Zi(s,i.map(b=>b[n])),d=gt(f,.05,.1,1.25),c=i.filter(b=>Qi(d,b[n])),u=Zi(l,c.map(b=>b.loss)),p=ye([u.low,u.high,...Qa(e,f,d)])??u;return{x:d,y:gt(p,.06,.06)}}function Zi(t,e){let n=gt(t,Ki,Ki,1.1),i=ye(e.filter(r=>Qi(n,r)))??t;return{low:Math.min(t.low,i.low),high:Math.max(t.high,i.high)}}function Qi({low:t,high:e},n){return n!==null&&n>=t&&n<=e}function Qa(t,e,n){let i=t?.curves.find(r=>r.role!=="slice");return i?i.x.flatMap((r,o)=>r>=e.high&&r<=n.high?[i.mean[o]??NaN]:[]):[]}function we(t,e=2,{trim:n=!0}={}){return t===null||!Number.isFinite(t)?"–":Qe(oe(t,e,{trim:n}))}function Qe(t){if(typeof t=="string")return t;let{mantissa:e,exponent:n}=t;return h("span",{class:"sci"},e&&`${e} × `,"10",Ja(n))}function Mn({mantissa:t,exponent:e}){return[T("tspan",{},t?`${t}×10`:"10"),T("tspan",{dy:"-0.55em","font-size":"75%"},Ji(e))]}function Ja(t){return h("sup",{},Ji(t))}function Ji(t){return String(t).replace("-","−")}function Et(t,e){return t==null||e==null?NaN:t<e?-1:t>e?1:t>=e?0:NaN}function es(t,e){return t==null||e==null?NaN:e<t?-1:e>t?1:e>=t?0:NaN}function er(t){let e,n,i;t.length!==2?(e=Et,n=(s,l)=>Et(t(s),l),i=(s,l)=>t(s)-l):(e=t===Et||t===es?t:ts,n=t,i=t);function r(s,l,f=0,d=s.length){if(f<d){if(e(l,l)!==0)return d;do{let c=f+d>>>1;n(s[c],l)<0?f=c+1:d=c}while(f<d)}return f}function o(s,l,f=0,d=s.length){if(f<d){if(e(l,l)!==0)return d;do{let c=f+d>>>1;n(s[c],l)<=0?f=c+1:d=c}while(f<d)}return f}function a(s,l,f=0,d=s.length){let c=r(s,l,f,d-1);return c>f&&i(s[c-1],l)>-i(s[c],l)?c-1:c}return{left:r,center:a,right:o}}function ts(){return 0}function ns(t){return t===null?NaN:+t}var tr=er(Et),pc=tr.right,mc=tr.left,bc=er(ns).center;var gc=nr(ir),yc=nr(is);function nr(t){return function(e,n,i=n){if(!((n=+n)>=0))throw new RangeError("invalid rx");if(!((i=+i)>=0))throw new RangeError("invalid ry");let{data:r,width:o,height:a}=e;if(!((o=Math.floor(o))>=0))throw new RangeError("invalid width");if(!((a=Math.floor(a!==void 0?a:r.length/o))>=0))throw new RangeError("invalid height");if(!o||!a||!n&&!i)return e;let s=n&&t(n),l=i&&t(i),f=r.slice();return s&&l?(Ge(s,f,r,o,a),Ge(s,r,f,o,a),Ge(s,f,r,o,a),ze(l,r,f,o,a),ze(l,f,r,o,a),ze(l,r,f,o,a)):s?(Ge(s,r,f,o,a),Ge(s,f,r,o,a),Ge(s,r,f,o,a)):l&&(ze(l,r,f,o,a),ze(l,f,r,o,a),ze(l,r,f,o,a)),e}}function Ge(t,e,n,i,r){for(let o=0,a=i*r;o<a;)t(e,n,o,o+=i,1)}function ze(t,e,n,i,r){for(let o=0,a=i*r;o<i;++o)t(e,n,o,o+a,i)}function is(t){let e=ir(t);return(n,i,r,o,a)=>{r<<=2,o<<=2,a<<=2,e(n,i,r+0,o+0,a),e(n,i,r+1,o+1,a),e(n,i,r+2,o+2,a),e(n,i,r+3,o+3,a)}}function ir(t){let e=Math.floor(t);if(e===t)return rs(t);let n=t-e,i=2*t+1;return(r,o,a,s,l)=>{if(!((s-=l)>=a))return;let f=e*o[a],d=l*e,c=d+l;for(let u=a,p=a+d;u<p;u+=l)f+=o[Math.min(s,u)];for(let u=a,p=s;u<=p;u+=l)f+=o[Math.min(s,u+d)],r[u]=(f+n*(o[Math.max(a,u-c)]+o[Math.min(s,u+c)]))/i,f-=o[Math.max(a,u-d)]}}function rs(t){let e=2*t+1;return(n,i,r,o,a)=>{if(!((o-=a)>=r))return;let s=t*i[r],l=a*t;for(let f=r,d=r+l;f<d;f+=a)s+=i[Math.min(o,f)];for(let f=r,d=o;f<=d;f+=a)s+=i[Math.min(o,f+l)],n[f]=s/e,s-=i[Math.max(r,f-l)]}}var os=Array.prototype,xc=os.slice;var as=Math.sqrt(50),ss=Math.sqrt(10),ls=Math.sqrt(2);function Tn(t,e,n){let i=(e-t)/Math.max(0,n),r=Math.floor(Math.log10(i)),o=i/Math.pow(10,r),a=o>=as?10:o>=ss?5:o>=ls?2:1,s,l,f;return r<0?(f=Math.pow(10,-r)/a,s=Math.round(t*f),l=Math.round(e*f),s/f<t&&++s,l/f>e&&--l,f=-f):(f=Math.pow(10,r)*a,s=Math.round(t/f),l=Math.round(e/f),s*f<t&&++s,l*f>e&&--l),l<s&&.5<=n&&n<2?Tn(t,e,n*2):[s,l,f]}function rr(t,e,n){if(e=+e,t=+t,n=+n,!(n>0))return[];if(t===e)return[t];let i=e<t,[r,o,a]=i?Tn(e,t,n):Tn(t,e,n);if(!(o>=r))return[];let s=o-r+1,l=new Array(s);if(i)if(a<0)for(let f=0;f<s;++f)l[f]=(o-f)/-a;else for(let f=0;f<s;++f)l[f]=(o-f)*a;else if(a<0)for(let f=0;f<s;++f)l[f]=(r+f)/-a;else for(let f=0;f<s;++f)l[f]=(r+f)*a;return l}var _c=fs(Math.random);function fs(t){return function(n,i=0,r=n.length){let o=r-(i=+i);for(;o;){let a=t()*o--|0,s=n[o+i];n[o+i]=n[a+i],n[a+i]=s}return n}}var cs=[[1,3],[1,2,5],[1,2,3,5],[1,1.5,2,3,5,7],[1,2,3,4,5,6,7,8,9],[1,1.5,2,2.5,3,3.5,4,4.5,5,6,7,8,9]];function kn(t,e,n){if(!(t>0&&e>t&&Number.isFinite(e)))return[];let i=Sn([1],t,e);if(i.length>=3)return ds(i,t,e,n);let r=Math.log(e/t),o=[...cs.map(s=>Sn(s,t,e)),...Array.from({length:n},(s,l)=>rr(t,e,l+1).filter(hs))],a=i;for(let s of o)us(s)>=.75*r/Math.max(n,1)&&s.length<=n&&s.length>a.length&&(a=s);return a.map(s=>({value:s,labelled:!0}))}function or(t){for(let e=0;e<8;e++)if(t.every(i=>Math.abs(Number(i.toFixed(e))/i-1)<1e-9))return e;return 8}function ds(t,e,n,i){let r=Math.ceil(t.length/Math.max(i,1)),o=new Set(t.filter(s=>Math.round(Math.log10(s))%r===0));return(t.length<=8?Sn([1,2,3,4,5,6,7,8,9],e,n):t).map(s=>({value:s,labelled:o.has(s)}))}function Sn(t,e,n){let i=[],r=Math.floor(Math.log10(e)),o=Math.ceil(Math.log10(n));for(let a=r;a<=o;a++)for(let s of t){let l=+`${s}e${a}`;l>=e&&l<=n&&i.push(l)}return i}function us(t){let e=1/0;return t.forEach((n,i)=>{let r=t[i-1];r!==void 0&&(e=Math.min(e,Math.log(n/r)))}),e}function hs(t){return t>0}var ps=5,ms=.0016;function ar(t,e){t.addEventListener("wheel",r=>bs(r,e),{passive:!1}),t.addEventListener("dblclick",()=>e.onView(null)),t.addEventListener("pointerleave",()=>e.onLeave());let n=null,i=!1;t.addEventListener("pointerdown",r=>{r.button===0&&(n={x:r.offsetX,y:r.offsetY,view:e.geometry().view,pans:r.shiftKey},i=!1,t.setPointerCapture(r.pointerId))}),t.addEventListener("pointermove",r=>{let{offsetX:o,offsetY:a}=r;if(!n)return e.onMove(o,a);i||=Math.hypot(o-n.x,a-n.y)>=ps,i&&(n.pans?e.onView(gs(n.view,e.geometry(),o-n.x,a-n.y)):e.onBox({x0:n.x,y0:n.y,x1:o,y1:a}))}),t.addEventListener("pointerup",r=>{n&&!i&&e.onClick(r.offsetX,r.offsetY),n&&i&&!n.pans&&e.onView(ys(e.geometry(),n.x,n.y,r.offsetX,r.offsetY)),n=null,e.onBox(null)}),t.addEventListener("pointercancel",()=>{n=null,e.onBox(null)})}function sr({x:t,y:e},n){return{x:Ke(t,.5,n),y:Ke(e,.5,n)}}function An(){let{scrollHeight:t,clientHeight:e}=document.documentElement;return t<=e}function bs(t,{geometry:e,onView:n}){if(!An()&&!t.ctrlKey&&!t.metaKey)return;t.preventDefault();let i=e(),r=t.deltaMode===WheelEvent.DOM_DELTA_LINE?t.deltaY*16:t.deltaY,o=Math.exp(r*ms),{offsetX:a,offsetY:s}=t,l=s>i.bottom,f=a<i.left,{x:d,y:c}=i.view;n({x:f?d:Ke(d,i.shareX(a),o),y:l?c:Ke(c,i.shareY(s),o)})}function gs({x:t,y:e},n,i,r){return{x:hn(t,-i/n.innerWidth),y:hn(e,r/n.innerHeight)}}function ys(t,e,n,i,r){let{x:o,y:a}=t.view,s=d=>Math.min(Math.max(d,0),1),l=Math.abs(i-e)>=12,f=Math.abs(r-n)>=12;return{x:l?pn(o,s(t.shareX(e)),s(t.shareX(i))):o,y:f?pn(a,s(t.shareY(n)),s(t.shareY(r))):a}}var xs={x:84,y:46},Rt=5,_s="Drag or turn the wheel to zoom, double-click to reset",ws="Drag or turn the wheel with Ctrl to zoom, double-click to reset",vs=560;function cr(t,e,n,i){let{left:r,right:o,top:a,bottom:s,view:l}=e,f=kn(l.x.low,l.x.high,lr("x",e.innerWidth)),d=kn(l.y.low,l.y.high,lr("y",e.innerHeight)),c=[];for(let m of f){let y=Math.round(e.x(m.value))+.5;c.push(fr(m,y,y,a,s)),m.labelled&&(c.push(T("line",{class:"tick",x1:y,x2:y,y1:s,y2:s+Rt})),c.push(Ms(m.value,y,s+Rt+13,n)))}let u=or(d.filter(m=>m.labelled).map(m=>m.value));for(let m of d){let y=Math.round(e.y(m.value))+.5;c.push(fr(m,r,o,y,y)),m.labelled&&(c.push(T("line",{class:"tick",x1:r-Rt,x2:r,y1:y,y2:y})),c.push(Ts(m.value,r-Rt-4,y,u)))}let p=Math.round(s)+.5;c.push(T("line",{class:"axis",x1:r,x2:o,y1:p,y2:p}));let b={class:"axis-title",x:o,y:s+38,"text-anchor":"end"};if(c.push(T("text",b,`${i} →`)),e.innerWidth>=vs){let m=An()?_s:ws;c.push(T("text",{class:"hint",x:r,y:s+38},m))}t.replaceChildren(...c)}function lr(t,e){return Math.max(2,Math.floor(e/xs[t]))}function fr(t,e,n,i,r){return T("line",{class:t.labelled?"grid":"grid minor",x1:e,x2:n,y1:i,y2:r})}function Ms(t,e,n,i){let r={class:"tick-label",x:e,y:n,"text-anchor":"middle"};return i!=="train_flops"?T("text",r,Y(t)):T("text",r,...Mn(oe(t,3)))}function Ts(t,e,n,i){let r={class:"tick-label",x:e,y:n,dy:"0.32em","text-anchor":"end"};return t>=.001&&t<1e5?T("text",r,t.toFixed(i)):T("text",r,...Mn(oe(t,3)))}var $t={top:10,right:20,bottom:44,left:60},Je=class{constructor(e,n,i){this.width=e;this.height=n;this.view=i;this.right=Math.max(e-$t.right,this.left+1),this.bottom=Math.max(n-$t.bottom,this.top+1)}width;height;view;left=$t.left;top=$t.top;right;bottom;get innerWidth(){return this.right-this.left}get innerHeight(){return this.bottom-this.top}x(e){return this.left+We(this.view.x,e)*this.innerWidth}y(e){return this.bottom-We(this.view.y,e)*this.innerHeight}shareX(e){return(e-this.left)/this.innerWidth}shareY(e){return(this.bottom-e)/this.innerHeight}valueX(e){return le(this.view.x,this.shareX(e))}contains(e,n){return e>=this.left&&e<=this.right&&n>=this.top&&n<=this.bottom}};var et=Math.PI,En=2*et,ve=1e-6,Ss=En-ve;function dr(t){this._+=t[0];for(let e=1,n=t.length;e<n;++e)this._+=arguments[e]+t[e]}function ks(t){let e=Math.floor(t);if(!(e>=0))throw new Error(`invalid digits: ${t}`);if(e>15)return dr;let n=10**e;return function(i){this._+=i[0];for(let r=1,o=i.length;r<o;++r)this._+=Math.round(arguments[r]*n)/n+i[r]}}function ur(t,e,n,i){return t===n&&e===i}function As(t){let e=Math.floor(t);if(!(e<=15))return ur;let n=10**e,i=function(r){return Math.round(r*n)};return function(r,o,a,s){return i(r)===i(a)&&i(o)===i(s)}}var Fe=class{constructor(e){this._x0=this._y0=this._x1=this._y1=null,this._="",this._append=e==null?dr:ks(e),this._equal=e==null?ur:As(e)}moveTo(e,n){this._append`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}`}closePath(){this._x1!==null&&(this._x1=this._x0,this._y1=this._y0,this._append`Z`)}lineTo(e,n){this._append`L${this._x1=+e},${this._y1=+n}`}quadraticCurveTo(e,n,i,r){this._append`Q${+e},${+n},${this._x1=+i},${this._y1=+r}`}bezierCurveTo(e,n,i,r,o,a){this._append`C${+e},${+n},${+i},${+r},${this._x1=+o},${this._y1=+a}`}arcTo(e,n,i,r,o){if(e=+e,n=+n,i=+i,r=+r,o=+o,o<0)throw new Error(`negative radius: ${o}`);let a=this._x1,s=this._y1,l=i-e,f=r-n,d=a-e,c=s-n,u=d*d+c*c;if(this._x1===null)this._append`M${this._x1=e},${this._y1=n}`;else if(u>ve)if(!(Math.abs(c*l-f*d)>ve)||!o)this._append`L${this._x1=e},${this._y1=n}`;else{let p=i-a,b=r-s,m=l*l+f*f,y=p*p+b*b,x=Math.sqrt(m),v=Math.sqrt(u),M=o*Math.tan((et-Math.acos((m+u-y)/(2*x*v)))/2),S=M/v,N=M/x;Math.abs(S-1)>ve&&this._append`L${e+S*d},${n+S*c}`,this._append`A${o},${o},0,0,${+(c*p>d*b)},${this._x1=e+N*l},${this._y1=n+N*f}`}}arc(e,n,i,r,o,a){if(e=+e,n=+n,i=+i,a=!!a,i<0)throw new Error(`negative radius: ${i}`);let s=i*Math.cos(r),l=i*Math.sin(r),f=e+s,d=n+l,c=1^a,u=a?r-o:o-r;if(this._x1===null?this._append`M${f},${d}`:(Math.abs(this._x1-f)>ve||Math.abs(this._y1-d)>ve)&&this._append`L${f},${d}`,!!i){if(u<0&&(u=u%En+En),u>Ss)this._append`A${i},${i},0,1,${c},${e-s},${n-l}A${i},${i},0,1,${c},${this._x1=f},${this._y1=d}`;else if(u>ve){let p=e+i*Math.cos(o),b=n+i*Math.sin(o);if(u>=et&&this._equal(f,d,p,b)){u/=2;let m=r+u;this._append`A${i},${i},0,${+(u>=et)},${c},${e+i*Math.cos(m)},${n+i*Math.sin(m)}`}this._append`A${i},${i},0,${+(u>=et)},${c},${this._x1=p},${this._y1=b}`}}}rect(e,n,i,r){this._append`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}h${i=+i}v${+r}h${-i}Z`}toString(){return this._}};function Es(){return new Fe}Es.prototype=Fe.prototype;function q(t){return function(){return t}}var Rs=Math.cos;var $n=Math.sin,Be=Math.sqrt,hr=1e-12,Nt=Math.PI,Hc=Nt/2,yr=2*Nt;function xr(t){let e=3;return t.digits=function(n){if(!arguments.length)return e;if(n==null)e=null;else{let i=Math.floor(n);if(!(i>=0))throw new RangeError(`invalid digits: ${n}`);e=i}return t},()=>new Fe(e)}var Ic=Array.prototype.slice;function _r(t){return typeof t=="object"&&"length"in t?t:Array.from(t)}function wr(t){this._context=t}wr.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._point=0},lineEnd:function(){(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2;default:this._context.lineTo(t,e);break}}};function Cn(t){return new wr(t)}function vr(t){return t[0]}function Mr(t){return t[1]}function Ln(t,e){var n=q(!0),i=null,r=Cn,o=null,a=xr(s);t=typeof t=="function"?t:t===void 0?vr:q(t),e=typeof e=="function"?e:e===void 0?Mr:q(e);function s(l){var f,d=(l=_r(l)).length,c,u=!1,p;for(i==null&&(o=r(p=a())),f=0;f<=d;++f)!(f<d&&n(c=l[f],f,l))===u&&((u=!u)?o.lineStart():o.lineEnd()),u&&o.point(+t(c,f,l),+e(c,f,l));if(p)return o=null,p+""||null}return s.x=function(l){return arguments.length?(t=typeof l=="function"?l:q(+l),s):t},s.y=function(l){return arguments.length?(e=typeof l=="function"?l:q(+l),s):e},s.defined=function(l){return arguments.length?(n=typeof l=="function"?l:q(!!l),s):n},s.curve=function(l){return arguments.length?(r=l,i!=null&&(o=r(i)),s):r},s.context=function(l){return arguments.length?(l==null?i=o=null:o=r(i=l),s):i},s}function Tr(t,e,n){var i=null,r=q(!0),o=null,a=Cn,s=null,l=xr(f);t=typeof t=="function"?t:t===void 0?vr:q(+t),e=typeof e=="function"?e:q(e===void 0?0:+e),n=typeof n=="function"?n:n===void 0?Mr:q(+n);function f(c){var u,p,b,m=(c=_r(c)).length,y,x=!1,v,M=new Array(m),S=new Array(m);for(o==null&&(s=a(v=l())),u=0;u<=m;++u){if(!(u<m&&r(y=c[u],u,c))===x)if(x=!x)p=u,s.areaStart(),s.lineStart();else{for(s.lineEnd(),s.lineStart(),b=u-1;b>=p;--b)s.point(M[b],S[b]);s.lineEnd(),s.areaEnd()}x&&(M[u]=+t(y,u,c),S[u]=+e(y,u,c),s.point(i?+i(y,u,c):M[u],n?+n(y,u,c):S[u]))}if(v)return s=null,v+""||null}function d(){return Ln().defined(r).curve(a).context(o)}return f.x=function(c){return arguments.length?(t=typeof c=="function"?c:q(+c),i=null,f):t},f.x0=function(c){return arguments.length?(t=typeof c=="function"?c:q(+c),f):t},f.x1=function(c){return arguments.length?(i=c==null?null:typeof c=="function"?c:q(+c),f):i},f.y=function(c){return arguments.length?(e=typeof c=="function"?c:q(+c),n=null,f):e},f.y0=function(c){return arguments.length?(e=typeof c=="function"?c:q(+c),f):e},f.y1=function(c){return arguments.length?(n=c==null?null:typeof c=="function"?c:q(+c),f):n},f.lineX0=f.lineY0=function(){return d().x(t).y(e)},f.lineY1=function(){return d().x(t).y(n)},f.lineX1=function(){return d().x(i).y(e)},f.defined=function(c){return arguments.length?(r=typeof c=="function"?c:q(!!c),f):r},f.curve=function(c){return arguments.length?(a=c,o!=null&&(s=a(o)),f):a},f.context=function(c){return arguments.length?(c==null?o=s=null:s=a(o=c),f):o},f}var Gc=$s(Cn);function Sr(t){this._curve=t}Sr.prototype={areaStart:function(){this._curve.areaStart()},areaEnd:function(){this._curve.areaEnd()},lineStart:function(){this._curve.lineStart()},lineEnd:function(){this._curve.lineEnd()},point:function(t,e){this._curve.point(e*Math.sin(t),e*-Math.cos(t))}};function $s(t){function e(n){return new Sr(t(n))}return e._curve=t,e}var zc=Be(3);var Ns=Be(1/3),Fc=Ns*2;var kr=$n(Nt/10)/$n(7*Nt/10),Bc=$n(yr/10)*kr,Vc=-Rs(yr/10)*kr;var Dc=Be(3);var Yc=Be(3);var qc=Be(3)/2,Cs=1/Be(12),Xc=(Cs/2+1)*3;function ue(){}function Ct(t,e,n){t._context.bezierCurveTo((2*t._x0+t._x1)/3,(2*t._y0+t._y1)/3,(t._x0+2*t._x1)/3,(t._y0+2*t._y1)/3,(t._x0+4*t._x1+e)/6,(t._y0+4*t._y1+n)/6)}function Pn(t){this._context=t}Pn.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._y0=this._y1=NaN,this._point=0},lineEnd:function(){switch(this._point){case 3:Ct(this,this._x1,this._y1);case 2:this._context.lineTo(this._x1,this._y1);break}(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2;break;case 2:this._point=3,this._context.lineTo((5*this._x0+this._x1)/6,(5*this._y0+this._y1)/6);default:Ct(this,t,e);break}this._x0=this._x1,this._x1=t,this._y0=this._y1,this._y1=e}};function Ls(t){this._context=t}Ls.prototype={areaStart:ue,areaEnd:ue,lineStart:function(){this._x0=this._x1=this._x2=this._x3=this._x4=this._y0=this._y1=this._y2=this._y3=this._y4=NaN,this._point=0},lineEnd:function(){switch(this._point){case 1:{this._context.moveTo(this._x2,this._y2),this._context.closePath();break}case 2:{this._context.moveTo((this._x2+2*this._x3)/3,(this._y2+2*this._y3)/3),this._context.lineTo((this._x3+2*this._x2)/3,(this._y3+2*this._y2)/3),this._context.closePath();break}case 3:{this.point(this._x2,this._y2),this.point(this._x3,this._y3),this.point(this._x4,this._y4);break}}},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._x2=t,this._y2=e;break;case 1:this._point=2,this._x3=t,this._y3=e;break;case 2:this._point=3,this._x4=t,this._y4=e,this._context.moveTo((this._x0+4*this._x1+t)/6,(this._y0+4*this._y1+e)/6);break;default:Ct(this,t,e);break}this._x0=this._x1,this._x1=t,this._y0=this._y1,this._y1=e}};function Ps(t){this._context=t}Ps.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._y0=this._y1=NaN,this._point=0},lineEnd:function(){(this._line||this._line!==0&&this._point===3)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1;break;case 1:this._point=2;break;case 2:this._point=3;var n=(this._x0+4*this._x1+t)/6,i=(this._y0+4*this._y1+e)/6;this._line?this._context.lineTo(n,i):this._context.moveTo(n,i);break;case 3:this._point=4;default:Ct(this,t,e);break}this._x0=this._x1,this._x1=t,this._y0=this._y1,this._y1=e}};function Ar(t,e){this._basis=new Pn(t),this._beta=e}Ar.prototype={lineStart:function(){this._x=[],this._y=[],this._basis.lineStart()},lineEnd:function(){var t=this._x,e=this._y,n=t.length-1;if(n>0)for(var i=t[0],r=e[0],o=t[n]-i,a=e[n]-r,s=-1,l;++s<=n;)l=s/n,this._basis.point(this._beta*t[s]+(1-this._beta)*(i+l*o),this._beta*e[s]+(1-this._beta)*(r+l*a));this._x=this._y=null,this._basis.lineEnd()},point:function(t,e){this._x.push(+t),this._y.push(+e)}};var jc=(function t(e){function n(i){return e===1?new Pn(i):new Ar(i,e)}return n.beta=function(i){return t(+i)},n})(.85);function Lt(t,e,n){t._context.bezierCurveTo(t._x1+t._k*(t._x2-t._x0),t._y1+t._k*(t._y2-t._y0),t._x2+t._k*(t._x1-e),t._y2+t._k*(t._y1-n),t._x2,t._y2)}function On(t,e){this._context=t,this._k=(1-e)/6}On.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._x2=this._y0=this._y1=this._y2=NaN,this._point=0},lineEnd:function(){switch(this._point){case 2:this._context.lineTo(this._x2,this._y2);break;case 3:Lt(this,this._x1,this._y1);break}(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2,this._x1=t,this._y1=e;break;case 2:this._point=3;default:Lt(this,t,e);break}this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var Uc=(function t(e){function n(i){return new On(i,e)}return n.tension=function(i){return t(+i)},n})(0);function Hn(t,e){this._context=t,this._k=(1-e)/6}Hn.prototype={areaStart:ue,areaEnd:ue,lineStart:function(){this._x0=this._x1=this._x2=this._x3=this._x4=this._x5=this._y0=this._y1=this._y2=this._y3=this._y4=this._y5=NaN,this._point=0},lineEnd:function(){switch(this._point){case 1:{this._context.moveTo(this._x3,this._y3),this._context.closePath();break}case 2:{this._context.lineTo(this._x3,this._y3),this._context.closePath();break}case 3:{this.point(this._x3,this._y3),this.point(this._x4,this._y4),this.point(this._x5,this._y5);break}}},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._x3=t,this._y3=e;break;case 1:this._point=2,this._context.moveTo(this._x4=t,this._y4=e);break;case 2:this._point=3,this._x5=t,this._y5=e;break;default:Lt(this,t,e);break}this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var Wc=(function t(e){function n(i){return new Hn(i,e)}return n.tension=function(i){return t(+i)},n})(0);function In(t,e){this._context=t,this._k=(1-e)/6}In.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._x2=this._y0=this._y1=this._y2=NaN,this._point=0},lineEnd:function(){(this._line||this._line!==0&&this._point===3)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1;break;case 1:this._point=2;break;case 2:this._point=3,this._line?this._context.lineTo(this._x2,this._y2):this._context.moveTo(this._x2,this._y2);break;case 3:this._point=4;default:Lt(this,t,e);break}this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var Kc=(function t(e){function n(i){return new In(i,e)}return n.tension=function(i){return t(+i)},n})(0);function Gn(t,e,n){var i=t._x1,r=t._y1,o=t._x2,a=t._y2;if(t._l01_a>hr){var s=2*t._l01_2a+3*t._l01_a*t._l12_a+t._l12_2a,l=3*t._l01_a*(t._l01_a+t._l12_a);i=(i*s-t._x0*t._l12_2a+t._x2*t._l01_2a)/l,r=(r*s-t._y0*t._l12_2a+t._y2*t._l01_2a)/l}if(t._l23_a>hr){var f=2*t._l23_2a+3*t._l23_a*t._l12_a+t._l12_2a,d=3*t._l23_a*(t._l23_a+t._l12_a);o=(o*f+t._x1*t._l23_2a-e*t._l12_2a)/d,a=(a*f+t._y1*t._l23_2a-n*t._l12_2a)/d}t._context.bezierCurveTo(i,r,o,a,t._x2,t._y2)}function Er(t,e){this._context=t,this._alpha=e}Er.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._x2=this._y0=this._y1=this._y2=NaN,this._l01_a=this._l12_a=this._l23_a=this._l01_2a=this._l12_2a=this._l23_2a=this._point=0},lineEnd:function(){switch(this._point){case 2:this._context.lineTo(this._x2,this._y2);break;case 3:this.point(this._x2,this._y2);break}(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){if(t=+t,e=+e,this._point){var n=this._x2-t,i=this._y2-e;this._l23_a=Math.sqrt(this._l23_2a=Math.pow(n*n+i*i,this._alpha))}switch(this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2;break;case 2:this._point=3;default:Gn(this,t,e);break}this._l01_a=this._l12_a,this._l12_a=this._l23_a,this._l01_2a=this._l12_2a,this._l12_2a=this._l23_2a,this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var Zc=(function t(e){function n(i){return e?new Er(i,e):new On(i,0)}return n.alpha=function(i){return t(+i)},n})(.5);function Rr(t,e){this._context=t,this._alpha=e}Rr.prototype={areaStart:ue,areaEnd:ue,lineStart:function(){this._x0=this._x1=this._x2=this._x3=this._x4=this._x5=this._y0=this._y1=this._y2=this._y3=this._y4=this._y5=NaN,this._l01_a=this._l12_a=this._l23_a=this._l01_2a=this._l12_2a=this._l23_2a=this._point=0},lineEnd:function(){switch(this._point){case 1:{this._context.moveTo(this._x3,this._y3),this._context.closePath();break}case 2:{this._context.lineTo(this._x3,this._y3),this._context.closePath();break}case 3:{this.point(this._x3,this._y3),this.point(this._x4,this._y4),this.point(this._x5,this._y5);break}}},point:function(t,e){if(t=+t,e=+e,this._point){var n=this._x2-t,i=this._y2-e;this._l23_a=Math.sqrt(this._l23_2a=Math.pow(n*n+i*i,this._alpha))}switch(this._point){case 0:this._point=1,this._x3=t,this._y3=e;break;case 1:this._point=2,this._context.moveTo(this._x4=t,this._y4=e);break;case 2:this._point=3,this._x5=t,this._y5=e;break;default:Gn(this,t,e);break}this._l01_a=this._l12_a,this._l12_a=this._l23_a,this._l01_2a=this._l12_2a,this._l12_2a=this._l23_2a,this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var Qc=(function t(e){function n(i){return e?new Rr(i,e):new Hn(i,0)}return n.alpha=function(i){return t(+i)},n})(.5);function $r(t,e){this._context=t,this._alpha=e}$r.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._x2=this._y0=this._y1=this._y2=NaN,this._l01_a=this._l12_a=this._l23_a=this._l01_2a=this._l12_2a=this._l23_2a=this._point=0},lineEnd:function(){(this._line||this._line!==0&&this._point===3)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){if(t=+t,e=+e,this._point){var n=this._x2-t,i=this._y2-e;this._l23_a=Math.sqrt(this._l23_2a=Math.pow(n*n+i*i,this._alpha))}switch(this._point){case 0:this._point=1;break;case 1:this._point=2;break;case 2:this._point=3,this._line?this._context.lineTo(this._x2,this._y2):this._context.moveTo(this._x2,this._y2);break;case 3:this._point=4;default:Gn(this,t,e);break}this._l01_a=this._l12_a,this._l12_a=this._l23_a,this._l01_2a=this._l12_2a,this._l12_2a=this._l23_2a,this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var Jc=(function t(e){function n(i){return e?new $r(i,e):new In(i,0)}return n.alpha=function(i){return t(+i)},n})(.5);function Os(t){this._context=t}Os.prototype={areaStart:ue,areaEnd:ue,lineStart:function(){this._point=0},lineEnd:function(){this._point&&this._context.closePath()},point:function(t,e){t=+t,e=+e,this._point?this._context.lineTo(t,e):(this._point=1,this._context.moveTo(t,e))}};function pr(t){return t<0?-1:1}function mr(t,e,n){var i=t._x1-t._x0,r=e-t._x1,o=(t._y1-t._y0)/(i||r<0&&-0),a=(n-t._y1)/(r||i<0&&-0),s=(o*r+a*i)/(i+r);return(pr(o)+pr(a))*Math.min(Math.abs(o),Math.abs(a),.5*Math.abs(s))||0}function br(t,e){var n=t._x1-t._x0;return n?(3*(t._y1-t._y0)/n-e)/2:e}function Rn(t,e,n){var i=t._x0,r=t._y0,o=t._x1,a=t._y1,s=(o-i)/3;t._context.bezierCurveTo(i+s,r+s*e,o-s,a-s*n,o,a)}function Nn(t){this._context=t}Nn.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._y0=this._y1=this._t0=NaN,this._point=0},lineEnd:function(){switch(this._point){case 2:this._context.lineTo(this._x1,this._y1);break;case 3:Rn(this,this._t0,br(this,this._t0));break}(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){var n=NaN;if(t=+t,e=+e,!(t===this._x1&&e===this._y1)){switch(this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2;break;case 2:this._point=3,Rn(this,br(this,n=mr(this,t,e)),n);break;default:Rn(this,this._t0,n=mr(this,t,e));break}this._x0=this._x1,this._x1=t,this._y0=this._y1,this._y1=e,this._t0=n}}};function Hs(t){this._context=new Nr(t)}(Hs.prototype=Object.create(Nn.prototype)).point=function(t,e){Nn.prototype.point.call(this,e,t)};function Nr(t){this._context=t}Nr.prototype={moveTo:function(t,e){this._context.moveTo(e,t)},closePath:function(){this._context.closePath()},lineTo:function(t,e){this._context.lineTo(e,t)},bezierCurveTo:function(t,e,n,i,r,o){this._context.bezierCurveTo(e,t,i,n,o,r)}};function Is(t){this._context=t}Is.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x=[],this._y=[]},lineEnd:function(){var t=this._x,e=this._y,n=t.length;if(n)if(this._line?this._context.lineTo(t[0],e[0]):this._context.moveTo(t[0],e[0]),n===2)this._context.lineTo(t[1],e[1]);else for(var i=gr(t),r=gr(e),o=0,a=1;a<n;++o,++a)this._context.bezierCurveTo(i[0][o],r[0][o],i[1][o],r[1][o],t[a],e[a]);(this._line||this._line!==0&&n===1)&&this._context.closePath(),this._line=1-this._line,this._x=this._y=null},point:function(t,e){this._x.push(+t),this._y.push(+e)}};function gr(t){var e,n=t.length-1,i,r=new Array(n),o=new Array(n),a=new Array(n);for(r[0]=0,o[0]=2,a[0]=t[0]+2*t[1],e=1;e<n-1;++e)r[e]=1,o[e]=4,a[e]=4*t[e]+2*t[e+1];for(r[n-1]=2,o[n-1]=7,a[n-1]=8*t[n-1]+t[n],e=1;e<n;++e)i=r[e]/o[e-1],o[e]-=i,a[e]-=i*a[e-1];for(r[n-1]=a[n-1]/o[n-1],e=n-2;e>=0;--e)r[e]=(a[e]-r[e+1])/o[e];for(o[n-1]=(t[n]+r[n-1])/2,e=0;e<n-1;++e)o[e]=2*t[e+1]-r[e+1];return[r,o]}function Gs(t,e){this._context=t,this._t=e}Gs.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x=this._y=NaN,this._point=0},lineEnd:function(){0<this._t&&this._t<1&&this._point===2&&this._context.lineTo(this._x,this._y),(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line>=0&&(this._t=1-this._t,this._line=1-this._line)},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2;default:{if(this._t<=0)this._context.lineTo(this._x,e),this._context.lineTo(t,e);else{var n=this._x*(1-this._t)+t*this._t;this._context.lineTo(n,this._y),this._context.lineTo(n,e)}break}}this._x=t,this._y=e}};var Pt=1.5;function zs(t){let e=[],n=0;for(let i=1;i<=t.length;i++){let r=(t[n]??1)>Pt,o=i===t.length;!o&&(t[i]??1)>Pt===r||(e.push({from:n,to:o?i-1:i,beyond:r}),n=i)}return e}function Cr(t,e,n,i,r,o){let a=[];for(let l of i)l.low.length&&a.push(Bs(l,n));for(let l of i){if(l.role!=="slice")continue;let f=T("path",{class:"slice",d:zn(l,n,0,l.x.length-1)});xe(f,{stroke:fe(l.value,r,o)}),a.push(f)}t.replaceChildren(...a);let s=i.filter(l=>l.role!=="slice");e.replaceChildren(...s.flatMap(l=>Fs(l,n)))}function Fs(t,e){let n=zn(t,e,0,t.x.length-1);return[T("path",{class:"law-halo",d:n}),...zs(t.extrapolation).map(({from:i,to:r,beyond:o})=>{let a=o?`${t.role} law-line beyond`:`${t.role} law-line`;return T("path",{class:a,d:zn(t,e,i,r)})})]}function zn(t,e,n,i){let r=Array.from({length:i-n+1},(a,s)=>n+s);return Ln(a=>e.x(t.x[a]??NaN),a=>e.y(t.mean[a]??NaN))(r)??""}function Bs(t,e){let n=Tr(i=>e.x(t.x[i]??NaN),i=>e.y(t.low[i]??NaN),i=>e.y(t.high[i]??NaN));return T("path",{class:"band",d:n(t.x.map((i,r)=>r))??""})}var Lr="M1,0A1,1 0 1 1 -1,0A1,1 0 1 1 1,0Z",Fn={completed:{path:Lr,filled:!0},running:{path:Lr,filled:!1},stalled:{path:"M0,-1.25L1.25,0L0,1.25L-1.25,0Z",filled:!1},stopped:{path:"M-0.9,-0.9H0.9V0.9H-0.9Z",filled:!1},diverged:{path:"M-0.9,-0.9L0.9,0.9M-0.9,0.9L0.9,-0.9",filled:!1},failed:{path:"M0,-1.2V1.2M-1.2,0H1.2",filled:!1}},Bn={path:"M1.25,0A1.25,1.25 0 1 1 -1.25,0A1.25,1.25 0 1 1 1.25,0ZM0.3,0A0.3,0.3 0 1 1 -0.3,0A0.3,0.3 0 1 1 0.3,0Z",filled:!1};function Ve(t){return Tt(t)?Bn:Fn[t.status]}function Me({path:t,filled:e}){return T("svg",{class:"mark",viewBox:"-1.8 -1.8 3.6 3.6",width:14,height:14,"aria-hidden":"true"},T("path",{d:t,fill:e?"currentColor":"none",stroke:"currentColor","stroke-width":.45}))}var Pr=9,Vs={frontier:"compute-optimal",law:"fitted law",slice:""},Ds={final:"at the end of each run",best:"best of each run",tail:"mean of each run's last tenth"};function Or(t,e){let n=e.runs.filter(c=>He(c,e.options.x)),i=_n.filter(c=>n.some(u=>u.status===c)),r=e.runs.some(c=>c.prediction),o=Ie(e),a=h("div",{class:"y-title"},h("span",{},`↑ ${At(e)}`),h("span",{class:"muted"},`${Ds[e.options.loss]}, log scale`)),s=o?.curves.some(c=>c.role==="slice"),l=o?.curves.find(c=>c.role!=="slice"),f=[...i.length>1?i.map(c=>Te(Me(Fn[c]),c)):[],r?Te(Xs(),"predicted"):null,n.some(Tt)?Te(Me(Bn),"tests it, not fitted"):null,l?Te(js(),`${Vs[l.role]}, ${Q(o?.level??0)} band`):null,l?.extrapolation.some(c=>c>Pt)?Te(Ws(),"beyond the runs"):null,s?Te(Ks(e),qs(e)):null,!l&&s?Te(Us(),`${Q(o?.level??0)} band`):null],d=n.length?Ys(e,De(e)):null;D(t,a,d,h("div",{class:"keys"},...f))}function De({runs:t,options:e}){let n=t.filter(r=>r.status==="completed"),i=n.length>=2?n:t;return ye(i.map(r=>r[ae(e.x)]))}function Te(t,e){return h("span",{class:"key"},t,e)}function Ys(t,e){if(!e||e.high<=e.low)return null;let n=Array.from({length:Pr},(a,s)=>yt(s/(Pr-1),t.theme)),i=h("span",{class:"colour-bar"});i.style.background=`linear-gradient(to right, ${n.join(", ")})`;let o=ae(t.options.x)==="n_params"?"Parameters N":`Data D (${_e(t)}s)`;return h("span",{class:"key colour-key"},h("span",{},o),h("span",{class:"number"},Y(e.low)),i,h("span",{class:"number"},Y(e.high)))}function qs({options:t,...e}){return t.x==="n_params"?"law at one amount of data":e.runs.some(n=>n.size)?"law at one size":"law at one N"}function Xs(){return tt(14,T("path",{class:"prediction",d:"M7,1V13M4.5,1H9.5M4.5,13H9.5M7,4.5l2.5,2.5l-2.5,2.5l-2.5,-2.5Z"}))}function js(){return tt(22,T("rect",{class:"band",x:0,y:2,width:22,height:10,rx:2}),T("path",{class:"law-line",d:"M0,7H22"}))}function Us(){return tt(22,T("rect",{class:"band",x:0,y:2,width:22,height:10,rx:2}))}function Ws(){return tt(22,T("path",{class:"law-line beyond",d:"M0,7H22"}))}function Ks({theme:t}){let e=yt(.5,t);return tt(22,T("path",{class:"slice",d:"M0,4C7,9 12,10 22,10.5",stroke:e}))}function tt(t,...e){let n={viewBox:`0 0 ${t} 14`,width:t,height:14,"aria-hidden":"true"};return T("svg",n,...e)}function Hr(t,e,n){return t.filter(i=>He(i,e)).map(i=>({run:i,x:n.x(i[e]??NaN),y:n.y(i.loss??NaN)}))}function Vn(t){return t<=150?5:t<=600?4:t<=2500?3:2.25}function Ir(t,e,n){let i=window.devicePixelRatio||1,[r,o]=[Math.round(e*i),Math.round(n*i)];t.width!==r&&(t.width=r),t.height!==o&&(t.height=o);let a=t.getContext("2d");return a?.setTransform(i,0,0,i,0,0),a?.clearRect(0,0,e,n),a}function Gr(t,e,n,i,r,o){let a=Vn(n.length),s=o==="dark"?"#1d1f24":"#ffffff";t.save(),t.beginPath(),t.rect(e.left-1,e.top-6,e.innerWidth+8,e.innerHeight+6),t.clip();let l=new Map;for(let{run:f,x:d,y:c}of n){let u=Ve(f),p=l.get(u.path)??new Path2D(u.path);l.set(u.path,p),t.save(),t.translate(d,c),t.scale(a,a),Zs(t,p,u.filled,f,fe(f[ae(i)],r,o),s,a),t.restore()}t.restore()}function Zs(t,e,n,i,r,o,a){if(n){t.strokeStyle=o,t.lineWidth=2.4/a,t.stroke(e),t.globalAlpha=i.notFitted?.4:1,t.fillStyle=r,t.fill(e);return}t.strokeStyle=o,t.lineWidth=4.4/a,t.stroke(e),t.strokeStyle=r,t.lineWidth=2/a,t.stroke(e)}var Qs=11,Ot=4,Se=4.5;function zr(t,e,n,i){let r=n.flatMap(o=>{let a=Ze(o,i);if(!o.prediction||!a)return[];let s=e.x(a)-(o.status==="completed"?Qs:0),[l,f,d]=[o.prediction.low,o.prediction.loss,o.prediction.high],[c,u,p]=[e.y(l),e.y(f),e.y(d)],b=`M${s},${c}V${p}M${s-Ot},${c}H${s+Ot}M${s-Ot},${p}H${s+Ot}`,m=`M${s},${u-Se}l${Se},${Se}l${-Se},${Se}l${-Se},${-Se}Z`;return[T("path",{class:"prediction halo",d:b}),T("path",{class:"prediction",d:b}),T("path",{class:"prediction diamond",d:m})]});t.replaceChildren(...r)}function Fr(t){return t.find(e=>e.role!=="slice")??t.find(e=>e.low.length)}function Br(t,e){let n=t.x.findIndex(d=>d>=e),[i,r]=[t.x[n],t.x[Math.max(n-1,0)]];if(n<0||i===void 0||r===void 0||e<(t.x[0]??1/0))return null;let o=i>r?Math.log(e/r)/Math.log(i/r):0,a=d=>{let[c,u]=[d[Math.max(n-1,0)],d[n]];return c===void 0||u===void 0?null:c*(u/c)**o},[s,l,f]=[a(t.mean),a(t.low),a(t.high)];return s===null||l===null||f===null?null:{x:e,mean:s,low:l,high:f,extrapolation:a(t.extrapolation)??1,nParams:a(t.n_params),nExamples:a(t.n_examples)}}var Dn=16,Ht=class{element=h("div",{class:"tooltip",hidden:!0,role:"presentation"});hide(){this.element.hidden=!0}show(e,n,i,r,...o){D(this.element,...o),this.element.hidden=!1;let{offsetWidth:a,offsetHeight:s}=this.element,f=e+Dn+a<=i-4?e+Dn:Math.max(4,e-Dn-a),d=Math.min(Math.max(4,n-s/2),Math.max(4,r-s-4));this.element.style.transform=`translate(${Math.round(f)}px, ${Math.round(d)}px)`}};function Vr(t,e,n,i){let r=Me(Ve(t));r.style.color=i;let o=h("div",{class:"card-title"},r,h("span",{},t.name)),a=[["Loss",F(t.loss)],["Parameters N",Y(t.n_params)],[`${Js(n)}s seen D`,Y(t.n_examples)],["Compute C",we(t.train_flops)]];if(e!==void 0&&a.push(["Against the law",Oe(e,2)]),t.prediction){let{loss:l,low:f,high:d}=t.prediction;a.push(["Predicted",`${F(l)} (${F(f)} to ${F(d)})`])}let s=t.notFitted?h("div",{class:"card-note"},Yn(t)):null;return[o,Yr(a),s]}function Dr(t,e,n,i){let r=e==="train_flops"?we(t.x,3):Y(t.x),o={train_flops:"C = ",n_params:"N = ",n_examples:"D = "},a=[["Loss by the law",F(t.mean)],[`${Q(n)} interval`,`${F(t.low)} to ${F(t.high)}`]];t.nParams!==null&&t.nExamples!==null&&a.push(["Best size N",Y(t.nParams)],[`Best ${i}s D`,Y(t.nExamples)]);let s=t.extrapolation>1.05,l=s?`${vt(t.extrapolation)} beyond the runs`:"within the runs";return[h("div",{class:"card-title"},h("span",{},o[e],r)),Yr(a),h("div",{class:s?"card-note beyond":"card-note"},l)]}function Yn(t){return t.status==="running"?t.prediction?"Still running; it tests a prediction":"Still running, so not in the fit yet":`Not in the fit: ${t.notFitted}`}function Yr(t){return h("dl",{},...t.flatMap(([e,n])=>[h("dt",{},e),h("dd",{},n)]))}function Js(t){return t.charAt(0).toUpperCase()+t.slice(1)}var el=22,tl=250,nl="Wheel or drag to zoom, shift and drag to move, double click to reset. Arrow keys step through the runs, Enter selects one, plus, minus and zero zoom.",It=class{constructor(e){this.store=e;let n=T("clipPath",{id:"scaling-clip"},this.clip);this.back.append(T("defs",{},n),this.grid,this.lines),this.front.append(this.predictions,this.overlay),this.frame.append(this.back,this.canvas,this.front,this.note,this.outside,this.tooltip.element,this.reset,this.live),this.element=h("section",{class:"chart","aria-label":"Plot"},this.legend,this.frame),this.listen()}store;element;legend=h("div",{class:"legend"});frame=h("div",{class:"frame",tabindex:0,role:"application","aria-roledescription":"scatter plot"});back=T("svg",{class:"layer","aria-hidden":"true"});canvas=h("canvas",{class:"layer"});front=T("svg",{class:"layer","aria-hidden":"true"});grid=T("g");lines=T("g",{"clip-path":"url(#scaling-clip)"});law=T("g",{"clip-path":"url(#scaling-clip)"});predictions=T("g",{"clip-path":"url(#scaling-clip)"});overlay=T("g");clip=T("rect");tooltip=new Ht;live=h("div",{class:"visually-hidden","aria-live":"polite"});note=h("div",{class:"plot-note",hidden:!0});outside=h("div",{class:"outside",hidden:!0});reset=h("button",{class:"reset",type:"button",hidden:!0},"Reset zoom");geometry=new Je(800,400,vn([],null,"train_flops"));placed=[];shown=[];delaunay=null;pointer=null;box=null;update(e,n){[...n].every(r=>r==="hovered"||r==="selected")||this.draw(e),this.drawOverlay(e)}listen(){let{store:e}=this;ar(this.frame,{geometry:()=>this.geometry,onView:n=>e.set({view:n}),onBox:n=>{this.box=n,this.drawOverlay(e.state)},onMove:(n,i)=>{this.pointer={x:n,y:i},e.set({hovered:this.nearest(n,i)?.run.name??null}),this.drawOverlay(e.state)},onLeave:()=>{this.pointer=null,e.set({hovered:null}),this.drawOverlay(e.state)},onClick:(n,i)=>e.set({selected:this.nearest(n,i)?.run.name??null})}),this.frame.addEventListener("keydown",n=>this.onKey(n)),this.frame.addEventListener("blur",()=>e.set({hovered:null}));for(let n of["pointerdown","dblclick"])this.reset.addEventListener(n,i=>i.stopPropagation());this.reset.addEventListener("click",()=>e.set({view:null})),new ResizeObserver(()=>{this.draw(e.state),this.drawOverlay(e.state)}).observe(this.frame)}draw(e){let{clientWidth:n,clientHeight:i}=this.frame;if(!n||!i)return;let r=e.options.x,o=Ie(e),a=e.view??vn(e.runs,o,r),s=new Je(n,i,a);this.geometry=s;for(let c of[this.back,this.front])xe(c,{width:n,height:i});xe(this.clip,{x:s.left,y:s.top-6,width:s.innerWidth+8,height:s.innerHeight+6});let l=De(e);Or(this.legend,e),cr(this.grid,s,r,il(r,_e(e))),Cr(this.lines,this.law,s,o?.curves??[],l,e.theme),zr(this.predictions,s,e.runs,r),this.placed=Hr(e.runs,r,s),this.placed.length>tl?this.front.prepend(this.law):this.back.append(this.law);let f=this.placed.filter(({x:c,y:u})=>s.contains(c,u));this.delaunay=f.length?ot.from(f,c=>c.x,c=>c.y):null,this.shown=f;let d=Ir(this.canvas,n,i);d&&Gr(d,s,this.placed,r,l,e.theme),this.reset.hidden=e.view===null,this.drawNote(e),this.frame.setAttribute("aria-label",rl(e,this.placed.length))}drawNote(e){let n=e.runs.length-this.placed.length,i=this.placed.length-this.shown.length;this.outside.hidden=!i,this.outside.textContent=`${de(i,"run")} outside this view`;let r=e.answer!==null&&e.runs.length>0&&!this.placed.length;this.note.hidden=!r,r&&D(this.note,ol(e.runs,e.options.x,n))}drawOverlay(e){let n=[],i=Vn(this.placed.length)+4;for(let[r,o]of[[e.selected,"selected"],[e.hovered,"hovered"]]){let a=this.placed.find(({run:s})=>s.name===r);!a||!this.geometry.contains(a.x,a.y)||n.push(T("circle",{class:`ring ${o}`,cx:a.x,cy:a.y,r:i}))}this.box&&n.push(al(this.box)),this.tooltip.hide(),this.box||n.push(...this.drawCard(e)),this.overlay.replaceChildren(...n)}drawCard(e){let{width:n,height:i}=this.geometry,r=_e(e),o=this.placed.find(({run:m})=>m.name===e.hovered);if(o&&this.geometry.contains(o.x,o.y)){let{run:m,x:y,y:x}=o,v=St(e.fit).get(m.name),M=fe(m[ae(e.options.x)],De(e),e.theme);return this.tooltip.show(y,x,n,i,...Vr(m,v,r,M)),[]}let{pointer:a}=this,s=Ie(e),l=s&&Fr(s.curves);if(!l||!a||!this.geometry.contains(a.x,a.y))return[];let f=Br(l,this.geometry.valueX(a.x));if(!f)return[];let[d,c]=[a.x,this.geometry.y(f.mean)];if(!this.geometry.contains(d,c))return[];let u=Dr(f,e.options.x,s.level,r);this.tooltip.show(d,c,n,i,...u);let{top:p,bottom:b}=this.geometry;return[T("line",{class:"crosshair",x1:d,x2:d,y1:p,y2:b}),T("circle",{class:"law-dot",cx:d,cy:c,r:4})]}nearest(e,n){let i=this.delaunay&&this.shown[this.delaunay.find(e,n)];return i&&Math.hypot(i.x-e,i.y-n)<=el?i:void 0}onKey(e){let{store:n}=this,{key:i}=e;if(i==="ArrowRight"||i==="ArrowLeft")this.step(r=>r.x,i==="ArrowRight");else if(i==="ArrowUp"||i==="ArrowDown")this.step(r=>r.y,i==="ArrowDown");else if(i==="Enter"||i===" ")n.set({selected:n.state.hovered});else if(i==="Escape")n.set({selected:null,hovered:null});else if(i==="+"||i==="=")this.zoomBy(1/1.4);else if(i==="-")this.zoomBy(1.4);else if(i==="0")n.set({view:null});else return;e.preventDefault()}zoomBy(e){let n=sr(this.geometry.view,e);this.store.set({view:n})}step(e,n){let i=[...this.shown].sort((f,d)=>e(f)-e(d));if(!i.length)return;let{hovered:r,selected:o}=this.store.state,a=i.findIndex(({run:f})=>f.name===(r??o)),s=a<0?n?0:i.length-1:a+(n?1:-1),l=i[Math.min(Math.max(s,0),i.length-1)];l&&(this.pointer=null,this.store.set({hovered:l.run.name}),this.live.textContent=qr(l.run))}announce(e){let n=Wi(e,e.selected);n&&(this.live.textContent=`Selected: ${qr(n)}`)}};function il(t,e){return t==="train_flops"?"Training compute C (FLOPs)":t==="n_params"?"Parameters N":`Data D (${e}s seen)`}function rl(t,e){let n=Ie(t),i=n?` Fitted law: ${n.formula}.`:"";return`Loss of ${e} runs against ${t.options.x}.${i} ${nl}`}function qr(t){return`${t.name}, ${t.status}: loss ${F(t.loss)}, ${Y(t.n_params)} parameters, ${Y(t.n_examples)} examples, ${qi(t.train_flops??NaN)} FLOPs`}function ol(t,e,n){let i=t.filter(r=>r[e]===null).length;return e==="train_flops"&&i===t.length?"No run states its FLOPs. Choose parameters or data for the horizontal axis.":`None of the ${n} runs has a loss yet. They will show up here as they train.`}function al({x0:t,y0:e,x1:n,y1:i}){return T("rect",{class:"zoom-box",x:Math.min(t,n),y:Math.min(e,i),width:Math.abs(n-t),height:Math.abs(i-e)})}function Xr(t){let e=Xn(()=>window.parent.document.body);if(!e||window.parent===window){let i=window.matchMedia("(prefers-color-scheme: dark)"),r=()=>t(i.matches?"dark":"light");i.addEventListener("change",r),r();return}let n=()=>t(e.classList.contains("dark-mode")?"dark":"light");new MutationObserver(n).observe(e,{attributes:!0,attributeFilter:["class"]}),n()}function qn(){return Xn(()=>window.parent.location.hash)??window.location.hash}function jr(t){Xn(()=>{let{location:e,history:n}=window.parent;window.parent!==window&&!/^#scaling(&|$)/.test(e.hash)||e.hash!==t&&n.replaceState(n.state,"",t)})}function Ur(t){if(window.parent===window)return;let e=new MessageChannel;e.port1.onmessage=({data:n})=>{let i=JSON.parse(n);if(i.isReply)return;i.type==="experimental.DataReloaded"&&t();let r={type:i.type,id:i.id,payload:null,error:null,isReply:!0};e.port1.postMessage(JSON.stringify(r))},window.parent.postMessage("experimental.bootstrap","*",[e.port2])}function Xn(t){try{return t()}catch{return}}var sl=`import scaling_keras as sk

for width in (64, 128, 256):
    model = build_model(width)
    model.fit(train, validation_data=held_out,
              callbacks=[sk.ScalingLogger(f"runs/width-{width}")])`;function Wr(t){return h("div",{class:"empty"},h("h1",{},"No runs to fit yet"),h("p",{class:"reason"},ce(t)),h("pre",{},h("code",{},sl)),h("p",{class:"muted"},"This page looks for new runs every few seconds; no need to reload it."))}function Zr(t){if(!t)return null;let{n_train:e,n_test:n,extrapolation:i,error:r,baseline_error:o}=t,a=Math.max(r,o);return h("section",{class:"card"},h("h2",{},"Held-out check"),h("p",{},`Fitted to the ${de(e,"cheaper run")}, asked for the ${n} dearest, ${vt(i)} beyond:`),Kr("The law errs by",r,a,"good"),Kr("Guessing the best so far",o,a,"plain"))}function Qr(t,e){let n=t.filter(i=>i.prediction);return n.length?h("section",{class:"card"},h("h2",{},"Predicted before training"),...n.map(i=>ll(i,e))):null}function ll(t,e){let n=h("button",{class:"run-link",type:"button"},t.name);return n.addEventListener("click",()=>e(t.name)),h("div",{class:"predicted"},n,fl(t),cl(t))}function fl({prediction:t,status:e,loss:n}){if(!t||e!=="completed"||n===null)return h("span",{class:"badge"},e);let i=n>=t.low&&n<=t.high;return h("span",{class:i?"badge hit":"badge miss"},i?"inside":"missed")}function cl({prediction:t,status:e,loss:n}){if(!t)return null;let i=t.level===null?"":`${Q(t.level)}: `,r=[`Predicted ${F(t.loss)} (${i}${F(t.low)} to ${F(t.high)})`];return n!==null&&e==="completed"?r.push(`reached ${F(n)}, ${Oe(n/t.loss-1,2)}`):n!==null&&r.push(`at ${F(n)} so far`),h("p",{},`${r.join("; ")}.`)}function Kr(t,e,n,i){let r=h("span",{class:`bar-fill ${i}`});return r.style.width=`${n>0?Math.max(1,100*e/n):0}%`,h("div",{class:"bar"},h("span",{},t),h("span",{class:"number"},Q(Number(e.toPrecision(2)))),h("span",{class:"bar-track"},r))}var K={x:"train_flops",form:"auto",loss:"final",paramConvention:"total",level:.9,runs:""},Gt=[{value:"train_flops",label:"Compute",hint:"Loss against the FLOPs of the whole training, C"},{value:"n_params",label:"Parameters",hint:"Loss against the size of the model, N"},{value:"n_examples",label:"Data",hint:"Loss against the examples seen, D"}],zt=[{value:"final",label:"Final",hint:"The loss at the end of each run"},{value:"best",label:"Best",hint:"The lowest loss that each run reached"},{value:"tail",label:"Late mean",hint:"The mean over the last tenth of each run"}],Ft=[{value:"total",label:"All layers",hint:"N counts every trainable parameter"},{value:"non_embedding",label:"Hidden only",hint:"N counts the hidden layers: no embeddings, no head"},{value:"non_embedding_plus_head",label:"Hidden and head",hint:"N counts the hidden layers and the head: no embeddings"}],Bt=[.5,.8,.9,.95,.99],Jr={train_flops:"C",n_params:"N",n_examples:"D"};var dl=/^(\{\w+\}|\w+)(?:\^(\{\w+\}|\w+))?$/,ul=/^\(([^()]+)\)(?:\^(\{\w+\}|\w+))?$/,hl=/ \+ (?![^(]*\))/;function pl(t){let[e,n,...i]=t.split(" = ");if(e===void 0||n===void 0||i.length)return null;let r=[];for(let o of n.split(hl)){let a=ml(o)??no(o);if(!a)return null;r.push(a)}return{left:e,terms:r}}function eo(t){let e=pl(t.template),n={class:"formula",role:"math","aria-label":t.formula};if(!e)return h("div",n,t.formula);let i=o=>xl(o,t.parameters,t.x),r=h("span",{class:"op"},"=");return h("div",n,wl(e.left,t.x),r,...to(e.terms,i))}function to(t,e){return t.map((n,i)=>{let r=i?h("span",{class:"op"},"+"):null;return h("span",{class:"summand"},r,gl(n,e))})}function ml(t){let e=ul.exec(t.trim()),n=e?.[1]?.split(" + ").map(no)??[],i=n.filter(r=>r!==null);return!i.length||i.length<n.length?null:{terms:i,exponent:e?.[2]??null}}function no(t){let[e,n,...i]=t.split(" / ").map(bl);return!e||n===null||i.length?null:{top:e,bottom:n??null}}function bl(t){let e=dl.exec(t.trim());return e?.[1]===void 0?null:{base:e[1],exponent:e[2]??null}}function gl(t,e){if("terms"in t){let{terms:n,exponent:i}=t,r=i===null?null:h("sup",{},e(i)),o=h("span",{class:"closing"},h("span",{class:"parenthesis"},")"),r),a=h("span",{class:"parenthesis"},"(");return h("span",{class:"group"},a,...to(n,e),o)}return yl(t,e)}function yl({top:t,bottom:e},n){let i=({base:r,exponent:o})=>[n(r),o===null?null:h("sup",{},n(o))];return e?h("span",{class:"fraction"},h("span",{class:"top"},...i(t)),h("span",{class:"bottom"},...i(e))):h("span",{class:"term"},...i(t))}function xl(t,e,n){let i=e.find(({name:s})=>t===`{${s}}`);if(!i)return h("i",{},io(t,n));let{value:r,exponent:o}=i,a=o?r.toFixed(4):_l(r);return h("span",{title:`${i.name} = ${r}`},a??we(r,2))}function _l(t){let{exponent:e}=oe(t,5);return e>=6||e<-3?null:t.toFixed(Math.min(Math.max(4-e,0),6))}function wl(t,e){let n=t.split(/(\w+)/).map(i=>/^\w+$/.test(i)?h("i",{},io(i,e)):i);return h("span",{class:"left"},...n)}function io(t,e){return t==="x"?Jr[e]:t}var vl={irreducible_loss:["E","irreducible loss"],param_coef:["A","size coefficient"],param_exponent:["α","size exponent"],data_coef:["B","data coefficient"],data_exponent:["β","data exponent"],coupling_exponent:["k","coupling exponent"],coef:["A","coefficient"],exponent:["α","exponent"]},Ml={frontier_param_exponent:["N","a","best size"],frontier_data_exponent:["D","b","best data"]};function oo(t){let e=[...t.parameters.map(r=>ro(Tl(r.name),r)),...Object.entries(t.frontier).map(([r,o])=>ro(Sl(r),o))],n=t.parameters.length;e[n]?.classList.add("separated");let i=h("tr",{},h("th",{scope:"col",colspan:2},"Parameter"),h("th",{scope:"col",class:"number"},"Value"),h("th",{scope:"col",class:"number"},`${Q(t.level)} interval`));return h("table",{class:"parameters"},h("thead",{},i),h("tbody",{},...e))}function ro({symbol:t,words:e},{value:n,low:i,high:r}){let[o="–",a="–",s="–"]=Xi(n,i,r);return h("tr",{title:`${n} (${i} to ${r})`},h("th",{scope:"row",class:"symbol"},t),h("td",{class:"words"},e),h("td",{class:"number"},Qe(o)),h("td",{class:"number interval"},Qe(a)," – ",Qe(s)))}function Tl(t){let[e,n]=vl[t]??[t.replaceAll("_"," "),""];return{symbol:h("i",{},e),words:n}}function Sl(t){let[e,n,i]=Ml[t]??["?","?",t],r=h("span",{class:"growth"},h("i",{},e)," ∝ ",h("i",{},"C"),h("sup",{},h("i",{},n)));return{symbol:h("i",{},n),words:h("span",{},`${i}, `,r)}}var kl=5e3,Vt=class{constructor(e){this.store=e;window.setInterval(()=>this.tellAge(),kl)}store;element=h("aside",{class:"panel","aria-label":"Fitted law"});age=h("span",{class:"age"});update(e,n){["fit","fittedAt","options","runs","problem","answer"].some(r=>n.has(r))&&this.draw(e)}draw(e){let n=wn(e),i=n?.reason===null?n:null,r=n?.reason??null,o=a=>this.store.set({selected:a});D(this.element,e.problem===null?null:h("section",{class:"card problem",role:"alert"},ce(e.problem)),r===null?null:Al(r),i&&this.lawSection(i,e),n?null:h("section",{class:"card muted"},"Fitting …"),El(i),Zr(i?.fit.backtest??null),Qr(e.runs,o)),this.tellAge()}lawSection(e,n){return h("section",{class:"card law"},h("h2",{},h("span",{title:e.source},e.title),this.age),eo(e),oo(e),h("p",{class:"muted small"},`${At(n)} of ${de(e.n_runs,"completed run")}; ${e.source}.`))}tellAge(){let e=(Date.now()-this.store.state.fittedAt)/1e3;this.age.textContent=`fitted ${ji(e)}`}};function Al(t){return h("section",{class:"card not-yet",role:"status"},h("h2",{},"No law yet"),h("p",{},ce(t)))}function El(t){if(!t?.findings.length)return null;let e=t.findings.map(({message:n})=>h("li",{},ce(n)));return h("section",{class:"card"},h("h2",{},"Findings"),h("ul",{class:"findings"},...e))}var Dt=class{constructor(e,n){this.ask=n;document.addEventListener("visibilitychange",()=>this.wake());let i=r=>{this.onScreen=(r.at(-1)?.intersectionRatio??1)>0,this.wake()};new IntersectionObserver(i,{threshold:[0,.01]}).observe(e)}ask;timer;busy=!1;onScreen=!0;wake(){clearTimeout(this.timer),this.turn()}async turn(){if(!(document.hidden||!this.onScreen||this.busy)){this.busy=!0;try{await this.ask()}finally{this.busy=!1,clearTimeout(this.timer),this.timer=window.setTimeout(()=>{this.turn()},4e3)}}}};var Yt=class{constructor(e){this.current=e}current;listeners=[];changed=new Set;scheduled=!1;get state(){return this.current}set(e){for(let n of Object.keys(e))this.current[n]!==e[n]&&this.changed.add(n);this.changed.size&&(this.current={...this.current,...e},this.schedule())}touch(){this.changed=new Set(Object.keys(this.current)),this.schedule()}listen(e){this.listeners.push(e)}flush(){let e=this.changed;if(this.changed=new Set,this.scheduled=!1,!!e.size)for(let n of this.listeners)n(this.current,e)}schedule(){this.scheduled||(this.scheduled=!0,document.hidden?setTimeout(()=>this.flush(),0):requestAnimationFrame(()=>this.flush()))}};function so(t,{key:e,descending:n},i){let r=n?-1:1,o=t.map(a=>({run:a,value:Rl(a,e,i)}));return o.sort((a,s)=>{if(a.value===null||s.value===null)return+(a.value===null)-+(s.value===null)||ao(a.run,s.run);let l=typeof a.value=="string"||typeof s.value=="string"?fo.compare(String(a.value),String(s.value)):a.value-s.value;return r*l||ao(a.run,s.run)}),o.map(({run:a})=>a)}function lo(t,e,n,i){let o=Math.max(0,Math.floor(t/n)-8);return{from:Math.min(o,i),to:Math.min(i,Math.ceil((t+e)/n)+8)}}var fo=new Intl.Collator("en",{numeric:!0});function ao(t,e){return fo.compare(t.name,e.name)}function Rl(t,e,n){if(e==="residual")return n.get(t.name)??null;if(e==="note")return t.reason||t.notFitted||null;let i=t[e];return i===""?null:i}var qt=28,$l=[{key:"name",title:"Run",hint:"Directory below the log directory",numeric:!1},{key:"status",title:"Status",hint:"How the run stands",numeric:!1},{key:"size",title:"Size",hint:"Name of the model's size",numeric:!1},{key:"n_params",title:"N",hint:"Parameters, as counted above",numeric:!0},{key:"n_examples",title:"D",hint:"Examples seen, repeats included",numeric:!0},{key:"train_flops",title:"C",hint:"FLOPs of the whole training",numeric:!0},{key:"loss",title:"Loss",hint:"The loss chosen above",numeric:!0},{key:"residual",title:"vs law",hint:"Loss against the fitted law; positive is worse. Of a run that tests a prediction, against a law that doesn't know it",numeric:!0},{key:"note",title:"Note",hint:"Why it ended, or why the fit leaves it out",numeric:!1}],Xt=class{constructor(e){this.store=e;this.table=h("table",{class:"runs"},h("thead",{},this.head),this.body),this.scroller.append(this.table),this.element=this.scroller,this.listen(),this.drawHead()}store;element;scroller=h("div",{class:"scroller",tabindex:0,"aria-label":"Runs"});head=h("tr");body=h("tbody");table;sort={key:"train_flops",descending:!0};rows=[];residuals=new Map;update(e,n){let i=n.has("runs")||n.has("fit")||n.has("options");i&&this.reorder(e),n.has("selected")&&!i&&this.reveal(e.selected),i||n.has("theme")?this.drawRows(e):(n.has("selected")||n.has("hovered"))&&this.markRows(e)}listen(){let{store:e}=this;this.scroller.addEventListener("scroll",()=>this.drawRows(e.state),{passive:!0}),new ResizeObserver(()=>this.drawRows(e.state)).observe(this.scroller),this.body.addEventListener("pointerover",i=>e.set({hovered:jn(i)})),this.body.addEventListener("pointerleave",()=>e.set({hovered:null}));let n=null;this.body.addEventListener("pointerdown",i=>{n=i.button===0?jn(i):null}),this.body.addEventListener("pointerup",i=>{let r=jn(i);r===null||r!==n||e.set({selected:r===e.state.selected?null:r})}),this.scroller.addEventListener("keydown",i=>{i.key!=="ArrowDown"&&i.key!=="ArrowUp"||(i.preventDefault(),this.step(i.key==="ArrowDown"?1:-1))})}step(e){let n=this.rows.findIndex(o=>o.name===this.store.state.selected),i=Math.min(Math.max(n+e,0),this.rows.length-1),r=this.rows[i];r&&this.store.set({selected:r.name})}reorder(e){this.residuals=St(e.fit),this.rows=so(e.runs,this.sort,this.residuals),this.table.setAttribute("aria-rowcount",String(this.rows.length+1))}drawHead(){let e=$l.map(n=>{let{key:i,title:r,hint:o,numeric:a}=n,s=this.sort.key===i,l=s?this.sort.descending?" ↓":" ↑":"",f=h("button",{type:"button",title:o},r,h("span",{class:"arrow"},l));f.addEventListener("click",()=>this.sortBy(n));let d=s?this.sort.descending?"descending":"ascending":null;return h("th",{scope:"col",class:a?"number":null,"aria-sort":d},f)});D(this.head,...e)}sortBy({key:e,numeric:n}){let r=this.sort.key===e?!this.sort.descending:n&&e!=="loss";this.sort={key:e,descending:r},this.drawHead(),this.reorder(this.store.state),this.drawRows(this.store.state)}reveal(e){let n=this.rows.findIndex(s=>s.name===e);if(n<0)return;let{scrollTop:i,clientHeight:r}=this.scroller,o=n*qt,a=r-2*qt;(o<i||o>i+a)&&(this.scroller.scrollTop=Math.max(0,o-a/2))}drawRows(e){let{scrollTop:n,clientHeight:i}=this.scroller,{from:r,to:o}=lo(n,i,qt,this.rows.length),a=De(e),s=_e(e),l=this.rows.slice(r,o).map((f,d)=>{let c=h("tr",{"data-run":f.name,"aria-rowindex":r+d+2}),u=h("span",{class:"swatch"},Me(Ve(f)));return u.style.color=fe(f[ae(e.options.x)],a,e.theme),c.append(...this.cells(f,u,s)),c});D(this.body,co(r),...l,co(this.rows.length-o)),this.markRows(e)}markRows({selected:e,hovered:n}){for(let i of this.body.rows){let r=i.getAttribute("data-run");i.classList.toggle("selected",r!==null&&r===e),i.classList.toggle("hovered",r!==null&&r===n)}}cells(e,n,i){let r=this.residuals.get(e.name)??null,o=e.reason||(e.notFitted?Yn(e):""),a=s=>h("td",{class:"number"},s);return[h("th",{scope:"row",class:"name",title:e.name},n,h("span",{},e.name)),h("td",{},h("span",{class:`status-text ${e.status}`},e.status)),h("td",{},e.size||"–"),a(Y(e.n_params)),h("td",{class:"number",title:`${e.n_examples??"unknown"} ${i}s`},Y(e.n_examples)),a(we(e.train_flops,2,{trim:!1})),a(F(e.loss)),a(Oe(r,2)),h("td",{class:"note",title:o},o)]}};function jn(t){return(t.target instanceof Element?t.target.closest("tr"):null)?.getAttribute("data-run")??null}function co(t){if(t<=0)return null;let e=h("tr",{class:"spacer","aria-hidden":"true"});return e.style.height=`${t*qt}px`,e}var jt=class{element;table;left=h("div",{class:"scroller left-out",tabindex:0,"aria-label":"Left out"});runsTab=uo("Runs");leftTab=uo("Left out");counts=h("span",{class:"muted counts"});fold=h("button",{class:"fold",type:"button","aria-expanded":"true"},"Hide");showsLeftOut=!1;constructor(e){this.table=new Xt(e);let n=h("div",{class:"tabs",role:"tablist"},this.runsTab,this.leftTab),i=h("div",{class:"drawer-bar"},n,this.counts,this.fold);this.element=h("section",{class:"drawer","aria-label":"Runs"},i,this.table.element,this.left),this.runsTab.addEventListener("click",()=>this.show(!1)),this.leftTab.addEventListener("click",()=>this.show(!0)),this.fold.addEventListener("click",()=>this.toggle()),this.show(!1)}update(e,n){if(n.has("answer")||n.has("runs")){let i=e.answer?.excluded??[];this.runsTab.textContent=de(e.runs.length,"run"),this.counts.textContent=Mt(kt(e.runs)),this.leftTab.textContent=`${i.length.toLocaleString("en")} left out`,this.leftTab.hidden=!i.length,!i.length&&this.showsLeftOut&&this.show(!1),D(this.left,Nl(i))}this.table.update(e,n)}show(e){this.showsLeftOut=e,this.table.element.hidden=e,this.left.hidden=!e,this.runsTab.setAttribute("aria-selected",String(!e)),this.leftTab.setAttribute("aria-selected",String(e)),this.element.classList.contains("folded")&&this.toggle()}toggle(){let e=this.element.classList.toggle("folded");this.fold.textContent=e?"Show":"Hide",this.fold.setAttribute("aria-expanded",String(!e))}};function uo(t){return h("button",{type:"button",role:"tab","aria-selected":"false"},t)}function Nl(t){let e=t.map(({name:i,reason:r})=>h("tr",{},h("th",{scope:"row",class:"name"},i),h("td",{},ce(r)))),n=h("tr",{},h("th",{scope:"col"},"Run"),h("th",{scope:"col"},"Why it is not in the table"));return h("table",{class:"runs"},h("thead",{},n),h("tbody",{},...e))}var Cl="Names of the runs to show and fit, with commas between: demo for all below demo, mlp-* for any ending, !*-old for all but those",Ut=class{constructor(e){this.store=e;this.axis=this.axisChoice(),this.form=this.select("Law","form",[]),this.loss=this.select("Loss","loss",zt),this.params=this.select("N counts","paramConvention",Ft);let n=Bt.map(r=>({value:String(r),label:Q(r),hint:""}));this.level=this.select("Intervals","level",n),this.runs=this.runsField();let i=[this.form,this.loss,this.params,this.level,this.runs];this.element=h("header",{class:"toolbar"},this.axis,...i.map(r=>r.parentElement),this.status)}store;element;axis;form;loss;params;level;runs;status=h("div",{class:"status",role:"status"});knownForms="";update(e,n){n.has("answer")&&this.listForms(e),(n.has("options")||n.has("answer"))&&this.showChoices(e.options),["runs","loading","problem","answer"].some(r=>n.has(r))&&this.showStatus(e)}axisChoice(){let e=Gt.map(({value:i,label:r,hint:o})=>{let a=h("input",{type:"radio",name:"axis",value:i});return a.addEventListener("change",()=>this.choose({x:i})),h("label",{title:o},a,h("span",{},r))});return h("div",{class:"segments",role:"radiogroup","aria-label":"Horizontal axis"},...e)}select(e,n,i){let r=h("select",{name:n},...i.map(ho));return r.addEventListener("change",()=>{let o=n==="level"?Number(r.value):r.value;this.choose({[n]:o})}),h("label",{class:"field"},h("span",{},e),r),r}runsField(){let e=h("input",{name:"runs",type:"text",placeholder:"all",spellcheck:"false"});return e.addEventListener("change",()=>this.choose({runs:e.value.trim()})),h("label",{class:"field",title:Cl},h("span",{},"Runs"),e),e}choose(e){let n={...this.store.state.options,...e},i="level"in e?this.store.state.view:null;this.store.set({options:n,view:i})}listForms({answer:e,options:n}){let i=e?.forms??[],r=i.map(a=>a.name).join();if(r===this.knownForms)return;this.knownForms=r;let o=i.map(({name:a,title:s})=>({value:a,label:s,hint:""}));D(this.form,...o.map(ho)),this.form.value=n.form}showChoices(e){for(let n of this.axis.querySelectorAll("input"))n.checked=n.value===e.x;this.form.value=e.form,this.loss.value=e.loss,this.params.value=e.paramConvention,this.level.value=String(e.level),this.runs.value=e.runs}showStatus({runs:e,loading:n,problem:i,answer:r}){let o=e.filter(d=>d.status==="running").length,a=i!==null?"problem":o?"live":"quiet",s=i!==null?"Not up to date":o?`${o} running`:"Up to date",l=i??Mt(kt(e)),f=h("span",{title:l},r||i!==null?s:"Reading runs …");D(this.status,h("span",{class:`dot ${a}`}),f),this.element.classList.toggle("loading",n)}};function ho({value:t,label:e,hint:n}){return h("option",{value:t,title:n},e)}var Wt="p.scaling.";function po(t){let e=new Map;for(let r of t.replace(/^#/,"").split("&")){let o=r.indexOf("=");o<0||!r.startsWith(Wt)||e.set(r.slice(Wt.length,o),Ol(r.slice(o+1)))}let n=Number(e.get("level")),i=e.get("form")??"";return{options:{x:Un(Gt,e.get("x"))??K.x,form:/^[a-z0-9_]+$/.test(i)?i:K.form,loss:Un(zt,e.get("loss"))??K.loss,paramConvention:Un(Ft,e.get("params"))??K.paramConvention,level:Bt.includes(n)?n:K.level,runs:e.get("runs")??K.runs},view:Pl(e.get("view")),selected:e.get("run")??null}}function mo(t,e){let n=t.replace(/^#/,"").split("&").filter(l=>l!==""&&!l.startsWith(Wt)),{options:i,view:r,selected:o}=e,s=[["x",i.x===K.x?null:i.x],["form",i.form===K.form?null:i.form],["loss",i.loss===K.loss?null:i.loss],["params",i.paramConvention===K.paramConvention?null:i.paramConvention],["level",i.level===K.level?null:String(i.level)],["runs",i.runs===K.runs?null:i.runs],["view",r&&Ll(r)],["run",o]].flatMap(([l,f])=>f===null?[]:[`${Wt}${l}=${encodeURIComponent(f)}`]);return`#${[...n,...s].join("&")}`}function Ll({x:t,y:e}){return[t.low,t.high,e.low,e.high].map(n=>Number(n.toPrecision(5))).join(",")}function Pl(t){let[e,n,i,r,...o]=(t??"").split(",").map(Number);return e===void 0||n===void 0||i===void 0||r===void 0?null:e>0&&n>e&&i>0&&r>i&&Number.isFinite(n)&&Number.isFinite(r)&&!o.length?{x:{low:e,high:n},y:{low:i,high:r}}:null}function Un(t,e){return t.find(n=>n.value===e)?.value}function Ol(t){try{return decodeURIComponent(t)}catch{return t}}var Hl=300,Kt=class{store;root;empty=h("main",{class:"empty-page",hidden:!0});workbench;request=null;hashTimer;constructor(e){this.store=new Yt({...po(qn()),hovered:null,theme:"light",answer:null,runs:[],fit:null,fittedAt:0,loading:!1,problem:null});let{store:n}=this,i=new Ut(n),r=new It(n),o=new Vt(n),a=new jt(n);this.workbench=h("main",{class:"workbench"},r.element,o.element),this.root=h("div",{class:"app"},i.element,this.empty,this.workbench,a.element),e.append(this.root);for(let s of[i,r,o,a])n.listen((l,f)=>s.update(l,f));n.listen((s,l)=>{l.has("selected")&&r.announce(s)}),n.listen((s,l)=>this.follow(s,l))}start(){let{store:e}=this;Xr(i=>{document.documentElement.classList.toggle("dark",i==="dark"),e.set({theme:i})}),e.touch();let n=new Dt(this.root,()=>this.refresh());Ur(()=>n.wake())}follow(e,n){n.has("options")&&this.load(),(n.has("options")||n.has("view")||n.has("selected"))&&(clearTimeout(this.hashTimer),this.hashTimer=window.setTimeout(()=>this.share(),Hl)),n.has("answer")&&this.showEmpty(e)}share(){jr(mo(qn(),this.store.state))}showEmpty({answer:e}){let n=e?.reason??null;this.empty.hidden=n===null,this.root.classList.toggle("is-empty",n!==null),n!==null&&D(this.empty,Wr(n))}async refresh(){let{answer:e,problem:n,loading:i}=this.store.state;if(!i){this.share();try{(await Wn(new AbortController().signal)!==e?.version||n!==null)&&await this.load()}catch(r){this.fail(r)}}}async load(){this.request?.abort();let e=new AbortController;this.request=e;let{store:n}=this,{options:i}=n.state;n.set({loading:!0});try{let r=Zn(i,e.signal);r.catch(()=>{});let o=await Kn(i,e.signal);n.set({answer:o,runs:Ui(o)});let a=await r,s=Date.now()-1e3*a.ageSeconds;n.set({fit:a,fittedAt:s,loading:!1,problem:null})}catch(r){e.signal.aborted||this.fail(r)}}fail(e){if(!(e instanceof ke))throw e;this.store.set({loading:!1,problem:e.message})}};var bo=`:root {
  color-scheme: light;
  --page: #ffffff;
  --surface: #f7f8fa;
  --raised: #ffffff;
  --line: #e2e6eb;
  --line-strong: #c3cad3;
  --text: #1a2330;
  --muted: #5c6878;
  --grid: #e6eaef;
  --grid-minor: #f2f4f7;
  --law: #1a2330;
  --band: rgba(43, 66, 101, 0.13);
  --accent: #cf4a0c;
  --focus: #1f6feb;
  --hover: #eef2f8;
  --selected: #e3ecfa;
  --good: #1a7f4b;
  --bad: #b3261e;
  --warn: #8a5a00;
  --warn-surface: #fff8e6;
  --warn-line: #f0dca6;
  --shadow: 0 2px 10px rgba(20, 30, 45, 0.16);
  --code: #f1f3f6;
}

:root.dark {
  color-scheme: dark;
  --page: #1d1f24;
  --surface: #24272d;
  --raised: #2b2f36;
  --line: #363b44;
  --line-strong: #515966;
  --text: #e9ecf0;
  --muted: #a3adba;
  --grid: #31353d;
  --grid-minor: #282b32;
  --law: #f4f6f9;
  --band: rgba(190, 208, 235, 0.15);
  --accent: #ff9a57;
  --focus: #6ea8fe;
  --hover: #2c313a;
  --selected: #2d3b52;
  --good: #5fd39a;
  --bad: #ff8f85;
  --warn: #f0c566;
  --warn-surface: #332c1d;
  --warn-line: #5a4b28;
  --shadow: 0 2px 12px rgba(0, 0, 0, 0.5);
  --code: #16181c;
}

* {
  box-sizing: border-box;
}

[hidden] {
  display: none !important;
}

html,
body {
  margin: 0;
  height: 100%;
}

body {
  background: var(--page);
  color: var(--text);
  font: 13px/1.45 Roboto, "Segoe UI", "Helvetica Neue", Arial, "Noto Sans", sans-serif;
  -webkit-font-smoothing: antialiased;
}

button,
select {
  font: inherit;
  color: inherit;
}

h1,
h2,
p,
dl,
dd,
ul {
  margin: 0;
  padding: 0;
}

:focus-visible {
  outline: 2px solid var(--focus);
  outline-offset: 1px;
}

.muted {
  color: var(--muted);
}

.small {
  font-size: 12px;
}

.number {
  font-variant-numeric: tabular-nums;
}

.visually-hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

code {
  font-family: "Roboto Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: 92%;
}

sup {
  font-size: 75%;
  line-height: 0;
  vertical-align: 0.5em;
}

.sci {
  white-space: nowrap;
}

/* The page: toolbar, plot and panel, table. It fills the frame and scrolls inside its parts. */

.app {
  display: grid;
  grid-template-rows: auto minmax(0, 1fr) auto;
  height: 100vh;
  min-height: 480px;
}

.workbench {
  display: grid;
  grid-template-columns: minmax(0, 1fr) 348px;
  min-height: 0;
}

.app.is-empty .toolbar,
.app.is-empty .workbench,
.app.is-empty .drawer {
  display: none;
}

.app.is-empty {
  grid-template-rows: minmax(0, 1fr);
}

/* Toolbar */

.toolbar {
  position: relative;
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 8px 16px;
  padding: 8px 16px;
  border-bottom: 1px solid var(--line);
  background: var(--surface);
}

.toolbar::after {
  content: "";
  position: absolute;
  left: 0;
  bottom: -1px;
  width: 30%;
  height: 2px;
  background: var(--focus);
  opacity: 0;
}

.toolbar.loading::after {
  opacity: 1;
  animation: slide 1.1s ease-in-out 0.25s infinite backwards;
}

@keyframes slide {
  from {
    transform: translateX(-100%);
  }

  to {
    transform: translateX(334%);
  }
}

.segments {
  display: inline-flex;
  border: 1px solid var(--line-strong);
  border-radius: 7px;
  overflow: hidden;
  background: var(--raised);
}

.segments label + label {
  border-left: 1px solid var(--line-strong);
}

.segments input {
  position: absolute;
  opacity: 0;
  pointer-events: none;
}

.segments span {
  display: block;
  padding: 4px 13px;
  cursor: pointer;
}

.segments span:hover {
  background: var(--hover);
}

.segments input:checked + span {
  background: var(--text);
  color: var(--page);
}

.segments input:focus-visible + span {
  outline: 2px solid var(--focus);
  outline-offset: -3px;
}

.field {
  display: inline-flex;
  align-items: center;
  gap: 7px;
  color: var(--muted);
}

.field select {
  appearance: none;
  max-width: 190px;
  padding: 4px 26px 4px 10px;
  border: 1px solid var(--line-strong);
  border-radius: 7px;
  color: var(--text);
  background: var(--raised);
  background-image: linear-gradient(45deg, transparent 50%, var(--muted) 50%),
    linear-gradient(-45deg, transparent 50%, var(--muted) 50%);
  background-position: right 14px top 55%, right 9px top 55%;
  background-size: 5px 5px;
  background-repeat: no-repeat;
  text-overflow: ellipsis;
  cursor: pointer;
}

.field input {
  width: 130px;
  padding: 4px 10px;
  border: 1px solid var(--line-strong);
  border-radius: 7px;
  color: var(--text);
  background: var(--raised);
  font: inherit;
}

.field input::placeholder {
  color: var(--muted);
}

.field select:hover,
.field input:hover {
  border-color: var(--muted);
}

.status {
  display: inline-flex;
  align-items: center;
  gap: 8px;
  margin-left: auto;
  color: var(--muted);
  font-variant-numeric: tabular-nums;
}

.dot {
  width: 8px;
  height: 8px;
  border-radius: 50%;
  background: var(--line-strong);
}

.dot.live {
  background: var(--good);
  animation: pulse 2s ease-in-out infinite;
}

.dot.problem {
  background: var(--bad);
}

@keyframes pulse {
  50% {
    opacity: 0.35;
  }
}

/* Plot */

.chart {
  display: grid;
  grid-template-rows: auto minmax(0, 1fr);
  min-width: 0;
  min-height: 0;
  padding: 10px 0 4px;
}

.legend {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  justify-content: space-between;
  gap: 3px 24px;
  padding: 0 20px 4px 16px;
}

.y-title {
  display: flex;
  flex-wrap: wrap;
  gap: 0 8px;
  flex: 0 1 auto;
  font-weight: 500;
}

.y-title .muted {
  font-weight: 400;
}

.keys {
  display: flex;
  flex: 1 0 100%;
  flex-wrap: wrap;
  gap: 3px 15px;
  color: var(--muted);
  font-size: 12px;
}

.key {
  display: inline-flex;
  align-items: center;
  gap: 6px;
  white-space: nowrap;
}

.colour-key {
  color: var(--muted);
  font-size: 12px;
}

.key .mark {
  color: var(--muted);
}

.colour-bar {
  width: 84px;
  height: 9px;
  border-radius: 5px;
}

.frame {
  position: relative;
  min-height: 0;
  overflow: hidden;
  cursor: crosshair;
  touch-action: none;
  user-select: none;
}

.frame:focus-visible {
  outline-offset: -3px;
  border-radius: 8px;
}

.layer {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  pointer-events: none;
}

.grid {
  stroke: var(--grid);
}

.grid.minor {
  stroke: var(--grid-minor);
}

.tick,
.axis {
  stroke: var(--line-strong);
}

.tick-label {
  fill: var(--muted);
  font-size: 12px;
  font-variant-numeric: tabular-nums;
}

.axis-title {
  fill: var(--text);
  font-size: 13px;
  font-weight: 500;
}

.hint {
  fill: var(--muted);
  font-size: 11px;
}

.band {
  fill: var(--band);
}

.slice {
  fill: none;
  stroke-width: 1.25;
  opacity: 0.85;
}

.law-halo {
  fill: none;
  stroke: var(--page);
  stroke-width: 4.5;
  opacity: 0.6;
}

.law-line {
  fill: none;
  stroke: var(--law);
  stroke-width: 2.25;
  stroke-linejoin: round;
}

.law-line.beyond {
  stroke-dasharray: 6 4;
  stroke-width: 2;
}

.law-dot {
  fill: var(--law);
  stroke: var(--page);
  stroke-width: 1.5;
}

.crosshair {
  stroke: var(--line-strong);
  stroke-dasharray: 3 3;
}

.prediction {
  fill: none;
  stroke: var(--accent);
  stroke-width: 2;
  stroke-linecap: round;
}

.prediction.halo {
  stroke: var(--page);
  stroke-width: 5;
}

.prediction.diamond {
  fill: var(--page);
}

.key .prediction {
  stroke-width: 1.6;
}

.ring {
  fill: none;
  stroke-width: 2;
}

.ring.hovered {
  stroke: var(--muted);
}

.ring.selected {
  stroke: var(--focus);
}

.zoom-box {
  fill: var(--focus);
  fill-opacity: 0.1;
  stroke: var(--focus);
  stroke-dasharray: 4 3;
}

.reset {
  position: absolute;
  top: 12px;
  right: 26px;
  padding: 4px 12px;
  border: 1px solid var(--line-strong);
  border-radius: 7px;
  background: var(--raised);
  box-shadow: var(--shadow);
  cursor: pointer;
}

.outside {
  position: absolute;
  left: 70px;
  bottom: 52px;
  color: var(--muted);
  font-size: 12px;
  pointer-events: none;
}

.plot-note {
  position: absolute;
  inset: 30% 20% auto;
  text-align: center;
  color: var(--muted);
  font-size: 14px;
}

.tooltip {
  position: absolute;
  top: 0;
  left: 0;
  z-index: 2;
  max-width: 300px;
  padding: 9px 12px;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--raised);
  box-shadow: var(--shadow);
  font-size: 12px;
  pointer-events: none;
}

.card-title {
  display: flex;
  align-items: center;
  gap: 6px;
  margin-bottom: 5px;
  font-size: 13px;
  font-weight: 500;
  overflow-wrap: anywhere;
}

.tooltip dl {
  display: grid;
  grid-template-columns: auto auto;
  gap: 1px 14px;
}

.tooltip dt {
  color: var(--muted);
}

.tooltip dd {
  text-align: right;
  font-variant-numeric: tabular-nums;
}

.card-note {
  margin-top: 5px;
  color: var(--muted);
}

.card-note.beyond {
  color: var(--warn);
}

/* Panel */

.panel {
  display: flex;
  flex-direction: column;
  gap: 10px;
  min-height: 0;
  padding: 12px;
  overflow-y: auto;
  border-left: 1px solid var(--line);
  background: var(--surface);
}

.card {
  padding: 11px 13px 12px;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--raised);
}

.card h2 {
  display: flex;
  align-items: baseline;
  justify-content: space-between;
  gap: 8px;
  margin-bottom: 5px;
  font-size: 13px;
  font-weight: 600;
}

.age {
  color: var(--muted);
  font-size: 12px;
  font-weight: 400;
  white-space: nowrap;
}

.card.problem {
  border-color: var(--bad);
  color: var(--bad);
}

.card.not-yet {
  border-color: var(--warn-line);
  background: var(--warn-surface);
}

.not-yet h2 {
  color: var(--warn);
}

.formula {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: center;
  gap: 6px 5px;
  padding: 10px 0 12px;
  font-family: "STIX Two Text", Cambria, "Latin Modern Roman", Georgia, "Times New Roman", serif;
  font-size: 16px;
  line-height: 1.15;
}

.formula i {
  padding-right: 0.06em;
}

.formula .left {
  white-space: nowrap;
}

.summand {
  display: inline-flex;
  align-items: center;
  gap: 5px;
}

.group {
  display: inline-flex;
  align-items: center;
  gap: 5px;
}

.group .parenthesis {
  font-size: 2.1em;
  font-weight: 300;
  line-height: 1;
  transform: translateY(-0.06em);
}

.group .closing {
  display: inline-flex;
  align-items: flex-start;
}

.group .closing sup {
  position: static;
}

.fraction {
  display: inline-flex;
  flex-direction: column;
  align-items: stretch;
  text-align: center;
}

.fraction .top {
  padding: 0 4px 3px;
}

.fraction .bottom {
  padding: 5px 4px 0;
  border-top: 1px solid currentColor;
}

.parameters {
  width: 100%;
  border-collapse: collapse;
  margin-bottom: 8px;
}

.parameters th {
  font-weight: 400;
  text-align: left;
}

.parameters thead th {
  padding-bottom: 3px;
  border-bottom: 1px solid var(--line);
  color: var(--muted);
  font-size: 12px;
}

.parameters td,
.parameters tbody th {
  padding: 2px 0;
  white-space: nowrap;
}

.parameters .symbol {
  width: 22px;
  min-width: 22px;
  font-family: "STIX Two Text", Cambria, "Latin Modern Roman", Georgia, "Times New Roman", serif;
  font-size: 15px;
}

.parameters .words {
  color: var(--muted);
  white-space: normal;
}

.growth {
  font-family: "STIX Two Text", Cambria, "Latin Modern Roman", Georgia, "Times New Roman", serif;
  font-size: 14px;
}

.parameters .number {
  padding-left: 8px;
  text-align: right;
}

.parameters .interval {
  color: var(--muted);
  /* Two powers of ten don't fit beside each other. */
  white-space: normal;
}

.parameters .separated th,
.parameters .separated td {
  padding-top: 6px;
}

.findings {
  display: grid;
  gap: 6px;
  padding-left: 0;
  list-style: none;
}

.findings li {
  position: relative;
  padding-left: 17px;
}

.findings li::before {
  content: "";
  position: absolute;
  top: 5px;
  left: 1px;
  width: 8px;
  height: 8px;
  border: 2px solid var(--warn);
  border-radius: 50%;
}

.bar {
  display: grid;
  grid-template-columns: 1fr auto;
  gap: 2px 8px;
  margin-top: 6px;
}

.bar-track {
  grid-column: 1 / -1;
  height: 5px;
  border-radius: 3px;
  background: var(--grid);
}

.bar-fill {
  display: block;
  height: 100%;
  border-radius: 3px;
  background: var(--line-strong);
}

.bar-fill.good {
  background: var(--focus);
}

.predicted {
  display: grid;
  grid-template-columns: minmax(0, 1fr) auto;
  gap: 2px 8px;
  align-items: center;
}

.predicted + .predicted {
  margin-top: 8px;
}

.predicted p {
  grid-column: 1 / -1;
  color: var(--muted);
}

.run-link {
  padding: 0;
  border: 0;
  background: none;
  text-align: left;
  text-decoration: underline;
  text-decoration-color: var(--line-strong);
  text-underline-offset: 3px;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  cursor: pointer;
}

.badge {
  padding: 0 9px;
  border: 1px solid var(--line-strong);
  border-radius: 9px;
  color: var(--muted);
  font-size: 12px;
}

.badge.hit {
  border-color: var(--good);
  color: var(--good);
}

.badge.miss {
  border-color: var(--bad);
  color: var(--bad);
}

/* Table */

.drawer {
  display: grid;
  grid-template-rows: auto minmax(0, 1fr);
  height: clamp(150px, 31vh, 380px);
  border-top: 1px solid var(--line);
}

.drawer.folded {
  height: auto;
}

.drawer.folded .scroller {
  display: none;
}

.drawer-bar {
  display: flex;
  align-items: center;
  padding: 0 16px 0 8px;
  border-bottom: 1px solid var(--line);
  background: var(--surface);
}

.tabs {
  display: flex;
  gap: 4px;
}

.counts {
  margin: 0 auto 0 14px;
  font-size: 12px;
}

.tabs button,
.fold {
  padding: 6px 10px 5px;
  border: 0;
  border-bottom: 2px solid transparent;
  background: none;
  color: var(--muted);
  cursor: pointer;
}

.tabs button[aria-selected="true"] {
  border-bottom-color: var(--text);
  color: var(--text);
  font-weight: 500;
}

.tabs button:hover,
.fold:hover {
  color: var(--text);
}

.scroller {
  min-height: 0;
  overflow: auto;
}

.scroller:focus-visible {
  outline-offset: -2px;
}

.runs {
  width: 100%;
  border-collapse: separate;
  border-spacing: 0;
}

.runs thead th {
  position: sticky;
  top: 0;
  z-index: 1;
  padding: 0;
  border-bottom: 1px solid var(--line);
  background: var(--page);
  color: var(--muted);
  font-weight: 400;
  text-align: left;
}

.runs thead th:first-child,
.runs tbody th {
  padding-left: 16px;
}

.left-out thead th {
  padding: 5px 10px;
}

.runs thead button {
  padding: 5px 10px;
  border: 0;
  background: none;
  color: inherit;
  cursor: pointer;
  white-space: nowrap;
}

.runs thead th:first-child button {
  padding-left: 0;
}

.runs thead button:hover,
.runs thead th[aria-sort] {
  color: var(--text);
}

.runs th.number,
.runs td.number {
  text-align: right;
}

.runs tbody tr {
  height: 28px;
}

.runs tbody td,
.runs tbody th {
  padding-top: 0;
  padding-bottom: 0;
  padding-right: 10px;
  border-bottom: 1px solid var(--grid-minor);
  font-weight: 400;
  text-align: left;
  white-space: nowrap;
}

.runs tbody td {
  padding-left: 10px;
}

.runs tbody tr.hovered {
  background: var(--hover);
}

.runs tbody tr.selected {
  background: var(--selected);
}

.runs tbody tr:not(.spacer) {
  cursor: pointer;
}

.left-out .runs tbody tr {
  cursor: default;
}

.runs .name {
  max-width: 320px;
  overflow: hidden;
  text-overflow: ellipsis;
}

.runs .swatch {
  display: inline-block;
  width: 20px;
  vertical-align: -2px;
}

.runs .note {
  width: 30%;
  max-width: 0;
  overflow: hidden;
  color: var(--muted);
  text-overflow: ellipsis;
}

.left-out td {
  white-space: normal;
}

.status-text.diverged,
.status-text.failed {
  color: var(--bad);
}

.status-text.running {
  color: var(--good);
}

.status-text.stalled,
.status-text.stopped {
  color: var(--warn);
}

/* Nothing there yet */

.empty-page {
  overflow: auto;
}

.empty {
  max-width: 640px;
  margin: 8vh auto 0;
  padding: 0 24px 24px;
}

.empty h1 {
  margin-bottom: 10px;
  font-size: 21px;
  font-weight: 500;
}

.empty .reason {
  font-size: 14px;
}

.empty pre {
  margin: 18px 0;
  padding: 16px 18px;
  overflow-x: auto;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--code);
  font: 13px/1.55 "Roboto Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}

/* Narrow or low frames scroll as a whole. */

@media (max-width: 860px), (max-height: 560px) {
  .app {
    height: auto;
    min-height: 100vh;
  }

  .chart {
    height: 440px;
  }

  .drawer {
    height: 320px;
  }
}

@media (max-width: 860px) {
  .frame {
    touch-action: pan-y;
  }

  .workbench {
    grid-template-columns: minmax(0, 1fr);
  }

  .panel {
    border-left: 0;
    border-top: 1px solid var(--line);
  }
}

@media (min-width: 861px) and (max-width: 1100px) {
  .toolbar {
    gap: 8px 11px;
    padding: 8px 12px;
  }

  .segments span {
    padding: 4px 9px;
  }

  .field {
    gap: 5px;
  }

  .field select {
    max-width: 150px;
    padding: 4px 22px 4px 8px;
    background-position: right 12px top 55%, right 7px top 55%;
  }

  .field input {
    width: 90px;
    padding: 4px 8px;
  }

  .workbench {
    grid-template-columns: minmax(0, 1fr) 306px;
  }

  .formula {
    font-size: 14.5px;
  }

  .runs th:nth-child(3),
  .runs td:nth-child(3) {
    display: none;
  }
}

@media (prefers-reduced-motion: reduce) {
  * {
    animation: none !important;
  }
}
`;async function oh(){document.documentElement.lang="en",document.title="Scaling Laws",document.head.append(h("style",{},bo)),new Kt(document.body).start()}export{oh as render};
